import { z } from 'zod';
import { secret } from '../lib/secret.ts';

/** The `mail:` section: the SMTP server that carries all messages. */
export const mailOptions = z.strictObject({
  host: z.string().min(1),
  port: z.number().int().min(1).max(65_535).default(25),
  /**
   * TLS from the first byte; without it STARTTLS is used where the server offers it. A certificate must be valid for
   * `host`; the authority of an own one is told to Node by NODE_EXTRA_CA_CERTS.
   */
  secure: z.boolean().default(false),
  username: z.string().min(1).optional(),
  /** Without TLS it crosses the network readable, as far as the server accepts that. */
  password: secret.optional(),
  from: z.string().min(3),
});

export type MailOptions = z.infer<typeof mailOptions>;
