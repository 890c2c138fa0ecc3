import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import { describeWith } from '../servers/require-server.ts';
import { TypeScriptChild } from '../servers/typescript-child.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';
import { mailServer } from './mail-server.ts';

const CHILD = fileURLToPath(new URL('mailing-child.ts', import.meta.url));

describeWith('openssl', 'a mail server with a certificate of an own authority', (openssl) => {
  it.each(['starttls', 'tls'])('gets mail and log-in over %s once NODE_EXTRA_CA_CERTS names it', async (kind) => {
    const folder = temporaryFolder();
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const names = ['-subj', '/CN=mail.grid.example', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
    execFileSync(openssl, [...request, ...names, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const seen: unknown[] = [];
    const server = await mailServer({
      secure: kind === 'tls',
      disabledCommands: [],
      authOptional: false,
      key: readFileSync(key),
      cert: readFileSync(cert),
      onAuth: ({ password }, session, done) => {
        seen.push([password, session.secure]);
        done(null, { user: 'butler' });
      },
    });
    vi.stubEnv('NODE_EXTRA_CA_CERTS', cert);
    const child = new TypeScriptChild(CHILD, [String(server.port), kind]);
    await child.printed(1);
    expect(child.lines).toEqual(['{"outcome":"delivered"}']);
    expect(seen).toEqual([['corr3ct-horse', true]]);
    expect(server.mails).toHaveLength(1);
  });
});
