import { z } from 'zod';

/** The `web:` section: where the status page listens. */
export const webOptions = z
  .strictObject({
    enabled: z.boolean().default(true),
    host: z.string().min(1).default('127.0.0.1'),
    /** 0 takes any free port. */
    port: z.number().int().min(0).max(65_535).default(8080),
  })
  .default({ enabled: true, host: '127.0.0.1', port: 8080 });

export type WebOptions = z.infer<typeof webOptions>;
