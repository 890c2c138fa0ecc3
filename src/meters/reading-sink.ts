import type { LogCursor, MeterEvent } from '../domain/meter-event.ts';
import type { Reading } from '../domain/reading.ts';

/**
 * Where every reading goes: the room's only way out, with the one for events. A promise that resolves means that the
 * reading is durable; MQTT messages are acknowledged only then.
 */
export type ReadingSink = (reading: Reading) => void | Promise<void>;

/** Where every event of a meter goes. When it resolves, the events and the cursor are durable, in one step. */
export type EventSink = (events: readonly MeterEvent[], cursor?: LogCursor) => void | Promise<void>;

/** How far a meter's log had been read when the daemon last knew. */
export type CursorSource = (meter: string, log: string) => string | undefined;
