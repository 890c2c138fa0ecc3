import type { Reading } from '../domain/reading.ts';

/**
 * Where every reading goes: the room's only way out. A promise that resolves means that the reading is durable; MQTT
 * messages are acknowledged only then.
 */
export type ReadingSink = (reading: Reading) => void | Promise<void>;
