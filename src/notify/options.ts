import { z } from 'zod';
import { bothOrNeither } from '../lib/login.ts';
import { secret } from '../lib/secret.ts';

/** A name that is not in quotes is without the marks by which mail programs tell addresses apart. */
const NAMED_ADDRESS = /^(?:"[^"<>]*"\s*|[^"<>()@,:;]*)<([^<>]+)>$/;

const sender = z
  .string()
  .trim()
  .refine((text) => z.email().safeParse(NAMED_ADDRESS.exec(text)?.[1] ?? text).success, {
    error: 'expected an address such as butler@grid.example or pq-butler <butler@grid.example>',
  });

/** The `mail:` section: the SMTP server that carries all messages. */
export const mailOptions = z
  .strictObject({
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
    from: sender,
  })
  .superRefine(bothOrNeither);

export type MailOptions = z.infer<typeof mailOptions>;
