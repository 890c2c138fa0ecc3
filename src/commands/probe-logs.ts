import type { ProbedEvents, ProbedLogs, ProbedRecords } from '../meters/probe.ts';

/** What a meter's own logs hold; nothing where it keeps none. */
export function logLines(logs: ProbedLogs | undefined): readonly string[] {
  const { events, records } = logs ?? {};
  return [...(events ?? []).flatMap(eventLines), ...(records ? [recordsLine(records)] : [])];
}

/** The same for JSON: times as ISO 8601, and what a model has in several forms under the first of them. */
export function toldLogs({ events: forms = [], records }: ProbedLogs): object {
  const [first] = forms;
  const events = forms.flatMap((form) =>
    form.events.map((event) => ({ ...event, ...(event.start !== undefined && { start: timeText(event.start) }) })),
  );
  const counters = forms.flatMap((form) => form.counters);
  const cause = forms.find((form) => form.cause !== undefined)?.cause;
  return {
    ...(first && { events: { ...first, events, counters, ...(cause !== undefined && { cause }) } }),
    ...(records && { records }),
  };
}

function eventLines({ cause, counters, events, form, newest }: ProbedEvents): readonly string[] {
  if (cause !== undefined) return [`The meter's own events cannot be read: ${cause}`];
  if (form === 'counters')
    return [
      'The meter counts events itself:',
      ...counters.map(
        ({ count, kind, name, phases }) =>
          `  ${[name, `(${[kind, ...phases].join(' ')})`, count ?? 'not available'].join(' ')}`,
      ),
    ];
  if (events.length === 0) return ["The meter's own event log is empty"];
  const number = newest === undefined ? '' : `, of which the newest has the number ${newest}`;
  return [`The meter's own events, by its own clock${number}:`, ...events.map((event) => `  ${eventText(event)}`)];
}

/** '2026-03-01T10:00:00.000Z  dip L1 L2, 120 ms, 41.5 V' */
function eventText({ duration, extreme, kind, note, phases, start }: ProbedEvents['events'][number]): string {
  const facts = [
    [kind, ...phases].join(' '),
    ...(duration === undefined ? [] : [`${Number(duration.toPrecision(6))} ms`]),
    ...(extreme === undefined ? [] : [`${Number(extreme.toPrecision(6))} V`]),
    ...(note === undefined ? [] : [note]),
  ];
  return `${timeText(start)}  ${facts.join(', ')}`;
}

function timeText(start: number | undefined): string {
  const time = new Date(start ?? Number.NaN);
  return Number.isNaN(time.getTime()) ? 'at an unknown time' : time.toISOString();
}

function recordsLine({ capacity, cause, newest }: ProbedRecords): string {
  if (newest === undefined) return `The meter's own load records cannot be read: ${cause ?? 'no number'}`;
  return newest === 0
    ? "The meter's own load records are empty"
    : `The meter's own load records: the newest has the number ${newest}; it keeps ${capacity}`;
}
