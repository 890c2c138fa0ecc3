import { writeSync } from 'node:fs';
import { openDataDir } from '../../src/store/data-dir.ts';

/** Holds a data folder until it is killed. */
const [dir = ''] = process.argv.slice(2);
const opened = openDataDir(dir);
writeSync(1, `${opened.path('lock.db')}\n`);
setInterval(() => opened.path(''), 60_000);
