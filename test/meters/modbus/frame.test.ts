import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { doubtAbout } from '../../../src/meters/modbus/frame.ts';

const REQUEST = { unit: 1, functionCode: 4, start: 0, count: 2 } as const;
const TCP = Buffer.from('0001 0000 0007 01 04 04 43663334'.replaceAll(' ', ''), 'hex');
const RTU = Buffer.from('01 04 04 43663334 1B38'.replaceAll(' ', ''), 'hex');

describe('doubt about an answer', () => {
  it('has none about the very answer, nor about an exception of the same unit', () => {
    expect(doubtAbout(TCP, 'modbus-tcp', REQUEST)).toBeUndefined();
    expect(doubtAbout(RTU, 'rtu-over-tcp', REQUEST)).toBeUndefined();
    expect(doubtAbout(Buffer.from('000100000003018402', 'hex'), 'modbus-tcp', REQUEST)).toBeUndefined();
  });

  it('doubts an exception of another unit, which the library takes for ours', () => {
    expect(doubtAbout(Buffer.from('000100000003028402', 'hex'), 'modbus-tcp', REQUEST)).toMatch('unit 2');
  });

  it('doubts any other protocol, length, unit, function code or byte count', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 8 }), fc.integer({ min: 1, max: 255 }), (index, change) => {
        const changed = Buffer.from(TCP);
        changed.writeUInt8(changed.readUInt8(index) ^ change, index);
        expect(doubtAbout(changed, 'modbus-tcp', REQUEST)).toBeTypeOf('string');
      }),
    );
  });

  it('doubts bytes too few and bytes too many', () => {
    for (const bytes of [TCP.subarray(0, 8), TCP.subarray(0, -1), Buffer.concat([TCP, TCP])]) {
      expect(doubtAbout(bytes, 'modbus-tcp', REQUEST)).toBeTypeOf('string');
    }
    expect(doubtAbout(Buffer.concat([RTU, Buffer.from([0])]), 'rtu-over-tcp', REQUEST)).toBeTypeOf('string');
    expect(doubtAbout(Buffer.alloc(0), 'rtu-over-tcp', REQUEST)).toBeTypeOf('string');
  });
});
