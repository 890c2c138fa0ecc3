import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { MeterEvent } from '../../../src/domain/meter-event.ts';
import type { Reading } from '../../../src/domain/reading.ts';
import type { Heard, Packet } from '../../../src/meters/mqtt/heard.ts';
import { Interpreter } from '../../../src/meters/mqtt/interpreter.ts';
import type { PayloadModel } from '../../../src/meters/mqtt/mapping.ts';
import { payloadFile } from '../../../src/meters/mqtt/payload-schema.ts';
import { type MeterSpec, placeOf } from '../fixtures.ts';

const FOLDER = new URL('../../../config/payloads/', import.meta.url);

/** 2026-03-01 08:00:00 UTC, 16:00 in Shanghai. */
export const ARRIVAL = Date.UTC(2026, 2, 1, 8);
export const SITE = 'Asia/Shanghai';

/** What is understood and says nothing of interest. */
export const NOTHING: Heard = { readings: [], events: [], requests: [] };

export const SHIPPED = readdirSync(fileURLToPath(FOLDER)).filter((name) => name.endsWith('.yaml'));

export function shipped(id: string): PayloadModel {
  return payloadFile.parse(parse(readFileSync(new URL(`${id}.yaml`, FOLDER), 'utf8')));
}

/** The text of a file of one's own, with a head. */
export function ownModel(text: string): PayloadModel {
  return payloadFile.parse({ id: 'own', name: 'Own', source: 'Own document', transport: 'mqtt', ...parse(text) });
}

export type Ear = Partial<Omit<MeterSpec, 'connection'>> & {
  readonly topic: string;
  readonly select?: Readonly<Record<string, string>>;
};

/** An interpreter with a meter for each ear; the first is called m1. */
export function interpreterOf(model: PayloadModel, ...ears: readonly Ear[]): Interpreter {
  return new Interpreter(
    ears.map(({ topic, select, ...spec }, index) => ({
      model,
      place: placeOf({
        id: `m${index + 1}`,
        model: model.id,
        ...spec,
        connection: { kind: 'mqtt', broker: 'main', topic, ...(select && { select }) },
      }),
    })),
    SITE,
  );
}

export function packet(topic: string, payload: unknown, more: Partial<Packet> = {}): Packet {
  const bytes = Buffer.isBuffer(payload)
    ? payload
    : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  return { topic, payload: bytes, isRetained: false, arrivedAt: ARRIVAL, ...more };
}

/** The one reading of a message. */
export function readingIn(heard: Heard): Reading {
  const [reading, another] = heard.readings;
  if (!reading || another) throw new Error(`${heard.readings.length} readings`);
  return reading;
}

/** What one message says of a meter that is connected to `meter`. */
export function said(id: string, meter: string, topic: string, payload: unknown): Reading {
  return readingIn(interpreterOf(shipped(id), { topic: meter }).hear(packet(topic, payload)));
}

/** The one event of a message. */
export function eventIn(heard: Heard): MeterEvent {
  const [event, another] = heard.events;
  if (!event || another) throw new Error(`${heard.events.length} events`);
  return event;
}
