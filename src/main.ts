#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { check } from './commands/check.ts';
import { type ModelsRequest, models } from './commands/models.ts';
import { type ProbeRequest, probe, type ToolParts } from './commands/probe.ts';
import { run } from './commands/run.ts';
import { type ScanRequest, scan } from './commands/scan.ts';
import { summary } from './commands/summary.ts';
import { untilInterrupted } from './commands/terminal.ts';
import { type WatchRequest, watch } from './commands/watch.ts';
import { systemClock } from './lib/clock.ts';
import { createLogger } from './lib/logger.ts';

const CONFIG = ['-c, --config <file>', 'configuration file (YAML)'] as const;

const WRONG_REQUEST = 2;

/** Commands take the exit of their program over when they are made. */
const program = new Command('pq-butler')
  .description("Watches current and voltage at a grid company's VIP customers and tells the right person in time.")
  .version(versionOf(readFileSync(new URL('../package.json', import.meta.url), 'utf8')))
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : WRONG_REQUEST));

program
  .command('run')
  .description('run the daemon until SIGTERM or Ctrl-C')
  .requiredOption(...CONFIG)
  .action(async ({ config }: { config: string }) => process.exit(await run(config, process)));

program
  .command('check')
  .description('read the configuration, print every problem with file and line; exit code 2 when there is one')
  .requiredOption(...CONFIG)
  .action(({ config }: { config: string }) => process.exit(check(config, process)));

program
  .command('summary')
  .description('print the daily summaries of the account managers, or mail them now')
  .requiredOption(...CONFIG)
  .option('-d, --date <day>', "day such as 2026-03-01 in the site's time zone (default: yesterday)")
  .option('-m, --manager <id>', 'only this account manager')
  .option('--send', 'mail instead of printing')
  .action(async (options: { config: string; date?: string; manager?: string; send?: boolean }) =>
    process.exit(await summary(options, process, systemClock, createLogger({ level: 'warn', format: 'auto' }, 2))),
  );

program
  .command('models')
  .description(
    'list the meter models; print every problem of a model file with its line; exit code 2 when there is one',
  )
  .option(...CONFIG)
  .addOption(
    new Option('--models-dir <dir>', 'a folder of model files to try, without a configuration').conflicts('config'),
  )
  .option('--quantities', 'list every quantity that a model may name, with its unit, in place of the models')
  .option('--json', 'an array of objects instead of a table')
  .action((options: ModelsRequest) => process.exit(models(options, process)));

meterCommand('probe <meter>')
  .description(
    'read one meter and judge its values and its wiring: one of the configuration by its id, or with --model any at an address such as tcp://HOST:502/1; exit code 1 when it gives nothing, 3 when not all is good',
  )
  .option('-n, --samples <number>', 'readings for the wiring verdict, a second apart (default: 5; 1 for MQTT)')
  .option('--wait <duration>', 'at most, for a message or the call of a modem (default: 30s or three intervals)')
  .option('--json', 'one JSON object instead of a table')
  .action(async (meter: string, options: Omit<ProbeRequest, 'meter'>) =>
    process.exit(await probe({ ...options, meter }, process, toolParts())),
  );

program
  .command('scan <address>')
  .description(
    'find the units at an address such as tcp://HOST:502 and guess their models; exit code 1 when there is none',
  )
  .option('-u, --units <list>', 'such as 1-247 or 1,5,10-20 (default: 1-247)')
  .option('-t, --timeout <duration>', 'for each answer; longer than a gateway waits itself (default: 300ms)')
  .option('--models-dir <dir>', 'a folder of model files beside the shipped ones')
  .option('--json', 'one JSON object instead of text')
  .action(async (address: string, options: Omit<ScanRequest, 'address'>) =>
    process.exit(await scan({ ...options, address }, process, toolParts())),
  );

meterCommand('watch <meter>')
  .description(
    'read one meter again and again, until Ctrl-C: one of the configuration by its id, or with --model any at an address',
  )
  .option('-e, --every <duration>', 'between two readings (default: 1s)')
  .action(async (meter: string, options: Omit<WatchRequest, 'meter'>) =>
    process.exit(await watch({ ...options, meter }, process, toolParts())),
  );

await program.parseAsync();

/** A command about one meter, of the configuration or at an address. */
function meterCommand(name: string): Command {
  return program
    .command(name)
    .option(...CONFIG)
    .addOption(new Option('-m, --model <id>', 'the model, for a meter at an address').conflicts('config'))
    .option('--models-dir <dir>', 'a folder of model files beside the shipped ones')
    .option('--nominal-kv <kV>', 'what the line voltage should be')
    .option('--ct-ratio <ratio>', 'of the current transformers, where the meter gives secondary values')
    .option('--pt-ratio <ratio>', 'of the voltage transformers');
}

function versionOf(packageJson: string): string {
  const { version } = JSON.parse(packageJson);
  return String(version);
}

/** For commands that a person watches: what they find they say themselves. */
function toolParts(): ToolParts {
  const log = createLogger({ level: 'error', format: 'auto' }, 2);
  return { clock: systemClock, log, stopping: untilInterrupted() };
}
