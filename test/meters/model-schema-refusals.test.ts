import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadModels } from '../../src/meters/model-files.ts';
import { COUNTERS, FILE, FULL, listed, RING, withEvents } from './model-text.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'schema-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What is told of a file: line, key, and what was expected. */
function toldOf(text: string): readonly string[] {
  writeFileSync(join(folder, 'own.yaml'), text);
  const { models, problems } = loadModels([folder]);
  expect(models.size).toBe(problems.length > 0 ? 0 : 1);
  return problems.map(({ line, path, expected }) => `${line} ${path}: ${expected}`);
}

/** A table of text, a case in each line: what is wrong | the text of the file | what stands there instead | ... */
function cases(table: string): readonly (readonly string[])[] {
  return table
    .trim()
    .split('\n')
    .map((line) => line.split(' | ').map((cell) => cell.trim()));
}

/** One change in a file is told once, under its key, in the line of the change. */
function expectRefusal(file: string, [, from = '', to = '', path = '', words = '']: readonly string[]): void {
  const at = file.indexOf(from);
  expect(at).toBeGreaterThanOrEqual(0);
  const line = file.slice(0, at).split('\n').length;
  const told = toldOf(file.slice(0, at) + to + file.slice(at + from.length));
  expect(told).toHaveLength(1);
  expect(told[0]?.slice(0, told[0].indexOf(': '))).toBe(`${line} ${path}`);
  expect(told[0]).toContain(words);
}

const HEAD = cases(`
an unknown key | max_gap: 10 | max_gaps: 10 | max_gaps | unknown key
an unknown key of the timing | retries: 1 | repeats: 1 | timing.repeats | unknown key
another transport | transport: modbus | transport: serial | transport | expected transport: modbus or mqtt
capital letters in its id | id: full | id: Full | id | expected small letters
a unit that no meter has | usual_unit: 5 | usual_unit: 256 | usual_unit | from 0 to 255
a function code that writes | function_code: 3 | function_code: 6 | function_code | expected function code 3 or 4
a byte order of its own | byte_order: ABCD | byte_order: ACBD | byte_order | expected ABCD, CDAB, BADC or DCBA
a request of nothing | max_block: 56 | max_block: 0 | max_block | from 1 to 125
a request beyond the protocol | max_block: 56 | max_block: 126 | max_block | from 1 to 125
a gap in words | max_gap: 10 | max_gap: many | max_gap | from 0 to 125
a range backwards | [43, 54] | [54, 43] | forbidden.0 | the first register before the last
a range of one number | [43, 54] | [43] | forbidden.0 | [first, last]
a duration without a unit | timeout: 2s | timeout: 2 | timing.timeout | expected a duration
patience without end | timeout: 2s | timeout: 2h | timing.timeout | expected 20ms to 1m
a default for no type | int16: '0x8000' | int61: '0x8000' | invalid.int61 | unknown key
a default of another width | int16: '0x8000' | int16: '0x80000000' | invalid.int16 | 0x and 4 hexadecimal digits, the width of int16
a ratio without a type | 60, type: uint16 | 60 | ratios.ct.type | expected one of int16
a ratio times 0 | type: uint16, scale: 0.1 | type: uint16, scale: 0 | ratios.pt.scale | not 0
a ratio of nothing | ct: { address: 60, type: uint16 } | dt: { address: 60, type: uint16 } | ratios.dt | unknown key
a SunSpec model 0 | [201, 202] | [0, 202] | sunspec.models.0 | from 1 to 65535
a clock in too few registers | type: int32, format | type: uint16, format | clock.type | holds unix_s, of 2 registers
a clock of a float | type: int32, format | type: float32, format | clock.type | holds unix_s
a clock of long fields | format: unix_s | format: fields | clock.type | one register for each field
a clock of no format | format: unix_s | format: unix | clock.format | expected one of unix_s
an offset of a day | utc_offset: 8h | utc_offset: 24h | clock.utc_offset | no more than 14h
an offset without a unit | utc_offset: 8h | utc_offset: 8 | clock.utc_offset | expected a duration
`);

const REGISTERS = cases(`
a quantity that is none | frequency: | frequenzy: | registers.frequenzy | expected a quantity
an unknown key of a register | alone: true | lonely: true | registers.frequency.lonely | unknown key
an address beyond the last | 0xC552 | 65536 | registers.voltage_l1_n.address | from 0 to 65535
an address before the first | 0xC552 | -1 | registers.voltage_l1_n.address | from 0 to 65535
a value that runs past the last | 0xC552 | 65535 | registers.voltage_l1_n.address | end at register 65535
a type that is none | type: uint64 | type: uint48 | registers.energy_active_import.type | expected one of
a scale of 0 | scale: 10 | scale: 0 | registers.energy_active_import.scale | expected not 0
an infinite scale | scale: 10 | scale: .inf | registers.energy_active_import.scale | expected a number
a scale in words | scale: 10 | scale: ten | registers.energy_active_import.scale | expected a number
an offset in words | offset: -1.5 | offset: low | registers.voltage_l1_n.offset | expected a number
a sentinel without quotes | '0xFFFF', alone | 0xFFFF, alone | registers.frequency.invalid | a quoted hexadecimal number
a sentinel too wide | '0x7FFF' | '0x7FFFFFFF' | registers.current_l2.invalid | 0x and 4 hexadecimal digits
one of several too narrow | '0x7FFF' | ['0x7FFF', '0x7F'] | registers.current_l2.invalid | of int16, found 0x7F
a sign in a float | 3083, | 3083, sign: magnitude, | registers.power_factor_total.sign | float32 is no integer
a sign in BCD | byte_order: CDAB | sign: magnitude | registers.frequency.sign | bcd16 is no integer
a sign in what has none | slow: true | sign: magnitude | registers.energy_active_import.sign | uint64 is no integer with a sign
bits beyond the type | count: 8 | count: 13 | registers.voltage_unbalance.bits | 0 to 15 of uint16, found 4 to 16
bits of a float | 3083, | 3083, bits: { from: 0, count: 2 }, | registers.power_factor_total.bits | bits of an integer type
bits with a sign | sign: magnitude, | sign: magnitude, bits: { from: 0, count: 2 }, | registers.active_power_l1.bits | either bits or a sign
bits of no count | count: 8 | count: 0 | registers.voltage_unbalance.bits.count | from 1 to 64
a coding of what is no power factor | slow: true | coding: 4-quadrant | registers.energy_active_import.coding | only power factors
a scale register that means nothing | means: factor | means: scale | scale_registers.factor.means | expected exponent, factor or divisor
a scale register that is not there | scaled_by: a_sf | scaled_by: b_sf | registers.current_l1.scaled_by | expected a name of scale_registers, found 'b_sf'
a register of two quantities | address: 4, | address: 3, | registers.current_l2.address | current_l1 takes 3 to 3 with function code 3, found current_l2 at 3
a register of a longer value | address: 10, | address: 32, | registers.active_power_l1.address | energy_active_import takes 30 to 33
a register of a scale | address: 10, type | address: 7, type | registers.active_power_l1.address | factor takes 7 to 7
half a register of bit fields | bits: { from: 12, count: 4 } | scale: 2 | registers.thd_u_l1.address | voltage_unbalance takes 40 to 40
a value in a forbidden range | address: 30, | address: 42, | registers.energy_active_import.address | outside the forbidden 43 to 54, found 42 to 45
a value around one | address: 30, | address: 88, | registers.energy_active_import.address | outside the forbidden 90 to 90, found 88 to 91
a ratio in one | address: 61, | address: 90, | ratios.pt.address | forbidden 90 to 90
a clock in one | address: 62, | address: 89, | clock.address | forbidden 90 to 90, found 89 to 90
a clock whose seconds are in one | address: 62, type: int32, format: unix_s | address: 85, type: uint16, format: fields | clock.address | forbidden 90 to 90, found 85 to 90
a clock whose milliseconds are in one | address: 62, type: int32, format: unix_s | address: 84, type: uint16, format: fields_ms | clock.address | forbidden 90 to 90, found 84 to 90
a value in the clock | address: 30, | address: 63, | registers.energy_active_import.address | clock takes 62 to 63
a ratio in another value | address: 61, | address: 33, | ratios.pt.address | energy_active_import takes 30 to 33
`);

const LOGS = cases(`
an unknown key of a field | coding: kmb | coding: kmb, code: 1 | events.fields.phases.code | unknown key
an interval of nothing | interval: 2s | interval: 0s | events.interval | expected 100ms to 30d
an unknown form of events | form: last | form: first | events.form | expected form: last, counters, ring or file
an unknown kind of event | 2: dip | 2: sag | events.fields.kind.kinds.2 | expected one of dip
a kind without a number | 2: dip | two: dip | events.fields.kind.kinds.two | expected a number of the meter
an unknown coding of phases | coding: kmb | coding: bits | events.fields.phases.coding | expected number, mask or kmb
a field in the start of its event | 21766 | 21765 | events.fields.duration.address | start takes 21762 to 21765 with function code 3, found duration at 21765
an event in a forbidden range | 21766 | 42 | events.fields.duration.address | forbidden 43 to 54
a number of the newest record in one | newest: { address: 70 | newest: { address: 90 | records.newest.address | forbidden 90
file 0 | file: 1 | file: 0 | records.file | from 1 to 65535
a record too long for an answer | record_length: 12 | record_length: 122 | records.record_length | from 1 to 121
a field beyond its record | address: 2 } | address: 11 } | records.values.active_power_total.address | within the 12 registers of a record, found it to end at 12
a field of two values | energy_active_export: { address: 4 | energy_active_export: { address: 3 | records.values.energy_active_export.address | of its own: active_power_total takes 2 to 3, found
a time beyond its record | time: { address: 0 | time: { address: 11 | records.time.address | within the 12
a value in the time of its record | address: 2 } | address: 1 } | records.values.active_power_total.address | time takes 0 to 1, found active_power_total at 1
a slow value in a record | address: 2 } | address: 2, slow: true } | records.values.active_power_total.slow | unknown key
records beyond their numbers | capacity: 1000 | capacity: 6000 | records.capacity | up to number 65535, found 71988
`);

const RINGS = cases(`
a ring beyond the last register | capacity: 50 | capacity: 6534 | events.capacity | end at register 65535, found 65539
a ring in a forbidden range | first: 200 | first: 0 | events.first | a ring outside the forbidden 43 to 54
a record too long for a request | record_length: 10 | record_length: 57 | events.record_length | the 56 of max_block
a field beyond its record | address: 8 | address: 10 | events.fields.kind.address | within the 10 registers
fields of a time that leave their record | start: { address: 0 | start: { address: 9 | events.fields.start.address | end at 14
fields of a time that run into another field | address: 8 | address: 5 | events.fields.kind.address | start takes 0 to 5, found kind at 5
a field with a function code | address: 8, type: uint16 | address: 8, type: uint16, function_code: 4 | events.fields.kind.function_code | read with its record
`);

const FILES = cases(`
a number of the newest in a forbidden range | address: 100 | address: 42 | events.newest.address | forbidden 43
a field beyond its record | start: { address: 0 | start: { address: 9 | events.fields.start.address | within the 10
`);

const COUNTS = cases(`
a phase that is none | [L1] | [L4] | events.counters.event_counter.phases.0 | expected L1, L2 or L3
a counter in a forbidden range | address: 99 | address: 89 | events.counters.event_counter.address | forbidden 90
`);

const LISTS = cases(`
a ring in a forbidden range | first: 200 | first: 0 | events.1.first | a ring outside the forbidden 43 to 54
a counter in a forbidden range | address: 99 | address: 89 | events.0.counters.event_counter.address | forbidden 90
`);

describe('a Modbus model file is refused, in its line, under its key and with what was expected, for', () => {
  it.each(HEAD)('%s', (...each) => expectRefusal(FULL, each));
  it.each(REGISTERS)('%s', (...each) => expectRefusal(FULL, each));
  it.each(LOGS)('%s', (...each) => expectRefusal(FULL, each));
  it.each(RINGS)('%s, with events in a ring', (...each) => expectRefusal(withEvents(RING), each));
  it.each(FILES)('%s, with events in a file', (...each) => expectRefusal(withEvents(FILE), each));
  it.each(LISTS)('%s, with events in two forms', (...each) => expectRefusal(withEvents(listed(COUNTERS, RING)), each));
  it.each(COUNTS)('%s, with counters of events', (...each) => expectRefusal(withEvents(COUNTERS), each));

  it('what it does not say and must', () => {
    for (const key of ['id', 'name', 'source', 'function_code', 'byte_order']) {
      expect(toldOf(FULL.replace(new RegExp(`^${key}: .*\n`, 'm'), ''))).toEqual([
        expect.stringMatching(new RegExp(`^1 ${key}: .*expected`)),
      ]);
    }
    expect(toldOf(withEvents(RING.replace(/ {2}newest.*\n/, '')))).toEqual([expect.stringMatching(/ events.newest: /)]);
    expect(toldOf(withEvents('events: { form: last, fields: {} }\n'))).toEqual([
      expect.stringMatching(/ events.fields.start: expected the start of the last event/),
    ]);
    const undated = withEvents('events:\n  form: last\n  fields:\n    duration: { address: 800, type: uint16 }\n');
    const line = undated.slice(0, undated.indexOf('  fields:')).split('\n').length;
    expect(toldOf(undated)).toEqual([expect.stringMatching(new RegExp(`^${line} events.fields.start: .*tells a new`))]);
    expect(toldOf(`${FULL.slice(0, FULL.indexOf('scale_registers:'))}registers: {}\n`)).toEqual([
      expect.stringMatching(/ registers: expected at least one quantity/),
    ]);
  });

  it('events that stand twice in one form', () => {
    const text = withEvents(listed(COUNTERS, COUNTERS));
    const line = text.split('\n').findLastIndex((each) => each.includes('form: counters')) + 1;
    expect(toldOf(text)).toEqual([`${line} events.1.form: expected each form once, found counters again`]);
    expect(toldOf(withEvents('events: []\n'))).toEqual([expect.stringMatching(/ events: /)]);
    expect(toldOf(withEvents('events: 5\n'))).toEqual([expect.stringMatching(/ events: /)]);
  });

  it('a scale register that scales nothing', () => {
    const told = '30 scale_registers.factor: expected a value that is scaled by it: none names it';
    expect(toldOf(FULL.replace('[a_sf, factor]', 'a_sf'))).toEqual([told]);
  });

  it('a clock of which only the milliseconds are in another value', () => {
    const clock = (format: string) =>
      toldOf(FULL.replace('address: 62, type: int32, format: unix_s', `address: 24, type: uint16, format: ${format}`));
    expect(clock('fields')).toEqual([]);
    expect(clock('fields_ms')).toEqual([
      expect.stringContaining(
        'registers.energy_active_import.address: expected registers of its own: clock takes 24 to 30',
      ),
    ]);
  });

  it('values longer than a request', () => {
    const told = toldOf(FULL.replace('max_block: 56', 'max_block: 3'));
    const words = 'expected no more than the 3 registers of max_block, found 4';
    expect(told).toEqual([
      expect.stringMatching(`registers.energy_active_import.type: ${words}`),
      expect.stringMatching(`events.fields.start.type: ${words}`),
    ]);
  });

  it('all that is wrong at once', () => {
    const text = FULL.replace('max_gap: 10', 'max_gap: many')
      .replace('scale: 10', 'scale: 0')
      .replace('2: dip', '2: sag')
      .replace("int16: '0x8000'", 'int16: 0x8000')
      .concat('colour: red\n');
    expect(
      toldOf(text)
        .map((told) => told.split(/[ :]/)[1])
        .toSorted(),
    ).toEqual([
      'colour',
      'events.fields.kind.kinds.2',
      'invalid.int16',
      'max_gap',
      'registers.energy_active_import.scale',
    ]);
  });
});

describe('a Modbus model file may', () => {
  it.each([
    ['have neighbours', 'address: 4,', 'address: 5,'],
    ['have the same address under the other function code', 'address: 20,', 'address: 10,'],
    ['end at the last register', '0xC552', '65534'],
    ['end just before a forbidden range', 'address: 30,', 'address: 39, function_code: 4,'],
    ['name a scale register for several values', '[a_sf, factor]', '[factor, a_sf]'],
    ['turn a default sentinel off', "invalid: '0x7FFF'", 'invalid: []'],
    ['take bits up to the highest', 'from: 12, count: 4', 'from: 15, count: 1'],
    ['fill a record to its end', 'address: 2 }', 'address: 10 }'],
  ])('%s', (_, from, to) => {
    expect(FULL).toContain(from);
    expect(toldOf(FULL.replace(from, to))).toEqual([]);
  });
});
