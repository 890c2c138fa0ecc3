/** Bytes without the whole heartbeats that they begin with. */
export function behindHeartbeats(bytes: Buffer, heartbeat: Buffer): Buffer {
  let from = 0;
  while (heartbeat.length > 0 && bytes.length - from >= heartbeat.length) {
    if (bytes.compare(heartbeat, 0, heartbeat.length, from, from + heartbeat.length) !== 0) break;
    from += heartbeat.length;
  }
  return from === 0 ? bytes : bytes.subarray(from);
}

/** Whether these bytes are nothing, or the first part of a text. */
export function isBeginning(bytes: Buffer, text: Buffer): boolean {
  if (bytes.length === 0) return true;
  return bytes.length < text.length && text.compare(bytes, 0, bytes.length, 0, bytes.length) === 0;
}
