/** Everything that a model file can say. */
export const FULL = `id: full
name: Full meter
source: Own document
transport: modbus
usual_unit: 5
function_code: 3
byte_order: ABCD
max_block: 56
max_gap: 10
forbidden:
  - [43, 54]
  - [90, 90]
timing:
  timeout: 2s
  retries: 1
  pause_after_connect: 100ms
  pause_between_requests: 20ms
  close_after_poll: true
  slow_interval: 5m
invalid:
  int16: '0x8000'
  uint16: ['0xFFFF', '0xFFFE']
ratios:
  ct: { address: 60, type: uint16 }
  pt: { address: 61, type: uint16, scale: 0.1 }
sunspec: { models: [201, 202] }
clock: { address: 62, type: int32, format: unix_s, utc_offset: 8h }
scale_registers:
  a_sf: { address: 6, type: int16, means: exponent }
  factor: { address: 7, type: uint16, means: factor, invalid: [] }
registers:
  frequency: { address: 20, type: bcd16, scale: 0.01, byte_order: CDAB, function_code: 4, invalid: '0xFFFF', alone: true }
  voltage_l1_n: { address: 0xC552, type: uint32, scale: 0.01, offset: -1.5 }
  current_l1: { address: 3, type: int16, scaled_by: a_sf }
  current_l2: { address: 4, type: int16, scaled_by: [a_sf, factor], invalid: '0x7FFF' }
  active_power_l1: { address: 10, type: int16, sign: magnitude, invalid: [] }
  energy_active_import: { address: 30, type: uint64, scale: 10, slow: true }
  power_factor_total: { address: 3083, coding: 4-quadrant }
  voltage_unbalance: { address: 40, type: uint16, bits: { from: 4, count: 8 } }
  thd_u_l1: { address: 40, type: uint16, bits: { from: 12, count: 4 } }
events:
  form: last
  interval: 2s
  fields:
    start: { address: 21762, type: int64, format: since_2000_ms }
    duration: { address: 21766, type: int32 }
    extreme: { address: 21768, type: float32, scale: 0.1 }
    kind: { address: 21761, type: uint16, kinds: { 1: swell, 2: dip } }
    phases: { address: 21760, type: uint16, coding: kmb, function_code: 4 }
records:
  newest: { address: 70, type: uint32 }
  file: 1
  capacity: 1000
  record_length: 12
  time: { address: 0, type: uint32, format: unix_s }
  values:
    active_power_total: { address: 2 }
    energy_active_export: { address: 4, type: int16 }
`;

export const RING = `events:
  form: ring
  newest: { address: 100, type: uint32 }
  first: 200
  capacity: 50
  record_length: 10
  fields:
    start: { address: 0, type: uint16, format: fields }
    kind: { address: 8, type: uint16, kinds: { 7: dip } }
`;

export const FILE = `events:
  form: file
  newest: { address: 100, type: uint32 }
  file: 4
  capacity: 100
  record_length: 10
  fields:
    start: { address: 0, type: uint32, format: since_2000_s }
`;

export const COUNTERS = `events:
  form: counters
  counters:
    event_counter: { address: 99, type: uint32, kind: alarm, phases: [L1] }
    flags: { address: 110, type: uint16, kind: transient }
`;

/** The full file with another section of events. */
export function withEvents(section: string): string {
  return FULL.slice(0, FULL.indexOf('events:')) + section + FULL.slice(FULL.indexOf('records:'));
}

/** Several sections of events as one, which lists their forms. */
export function listed(...sections: readonly string[]): string {
  const forms = sections.map((section) =>
    section.replace('events:\n  form', '  - form').replace(/^ {2}(?! ?-)/gm, '    '),
  );
  return `events:\n${forms.join('')}`;
}
