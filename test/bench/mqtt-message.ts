/** One message of the benchmark: some 500 bytes of JSON with 24 numbers, which move a little. */
export function messageAt(time: number, count: number): string {
  const volts = 220 + (count % 16) / 16;
  const [current, active, apparent, reactive] = [11, 2_057, 2_420, 1_274.8];
  const phases = (name: string, value: number) => ({
    [`${name}_l1`]: value,
    [`${name}_l2`]: value,
    [`${name}_l3`]: value,
  });
  return JSON.stringify({
    time: new Date(time).toISOString(),
    voltage_l1_n: volts,
    voltage_l2_n: 220,
    voltage_l3_n: 220,
    voltage_l1_l2: 381,
    voltage_l2_l3: 381,
    voltage_l3_l1: 381,
    ...phases('current', current),
    ...phases('active_power', active),
    ...phases('apparent_power', apparent),
    ...phases('reactive_power', reactive),
    active_power_total: 3 * active,
    reactive_power_total: 3 * reactive,
    frequency: 50,
  });
}

export const topicOf = (index: number) => `bench/m${index}`;
