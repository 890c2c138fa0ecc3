#!/usr/bin/env node
import { Command } from 'commander';
import { check } from './commands/check.ts';
import { run } from './commands/run.ts';
import { summary } from './commands/summary.ts';
import { systemClock } from './lib/clock.ts';
import { createLogger } from './lib/logger.ts';

const CONFIG = ['-c, --config <file>', 'configuration file (YAML)'] as const;

const program = new Command('pq-butler').description(
  "Watches current and voltage at a grid company's VIP customers and tells the right person in time.",
);

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

await program.parseAsync();
