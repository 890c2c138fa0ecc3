import { deadNeighbours, flapping, modbusCpu } from './modbus-tables.ts';
import { mqttCpu } from './mqtt-table.ts';

/**
 * `npm run bench:acquisition`: what the daemon's way from the socket to the accepted reading costs, as ratios to bare
 * libraries that do the same on the same schedule, in runs that take turns. Nothing else should run meanwhile.
 */
await modbusCpu({ count: 70, interval: 1_000, seconds: 30 });
await modbusCpu({ count: 1_000, interval: 1_000, seconds: 20 });
await modbusCpu({ count: 10_000, interval: 10_000, seconds: 30 });
await deadNeighbours();
await flapping();
await mqttCpu();
