/** What each value of a byte does to the sum: polynomial 0xA001, bit by bit. */
const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >> 1) ^ 0xa001 : sum >> 1;
  return sum;
});

/** CRC-16 of the first `length` bytes (Modbus over serial line 1.02, 6.2.2), sent low byte first. */
export function checksum(bytes: Buffer, length: number): number {
  let sum = 0xffff;
  for (let index = 0; index < length; index += 1) {
    sum = (sum >> 8) ^ (TABLE[(sum ^ (bytes[index] ?? 0)) & 0xff] ?? 0);
  }
  return sum;
}
