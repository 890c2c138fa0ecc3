import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The paths of a certificate and its key, PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];

/** An authority of its own in a folder, made with openssl. */
export class Authority {
  readonly #openssl: string;
  readonly #folder: string;
  readonly #name: string;

  constructor(openssl: string, folder: string, name: string) {
    this.#openssl = openssl;
    this.#folder = folder;
    this.#name = name;
    const request = ['req', '-x509', ...NEW_KEY, '-nodes', '-days', '1', '-subj', `/CN=${name}`];
    this.#run([...request, '-keyout', this.#path(`${name}.key`), '-out', this.cert]);
  }

  get cert(): string {
    return this.#path(`${this.#name}.pem`);
  }

  /** `names` as in subjectAltName: 'IP:127.0.0.1'. With a password the key is encrypted. Days below 0: it has expired. */
  sign(name: string, names: string, password?: string, days = 1): Certificate {
    const [key, request, cert, extensions] = ['key', 'csr', 'pem', 'ext'].map((end) => this.#path(`${name}.${end}`));
    if (!key || !request || !cert || !extensions) throw new Error('no paths');
    writeFileSync(extensions, `subjectAltName=${names}\n`);
    const secrecy = password === undefined ? ['-nodes'] : ['-passout', `pass:${password}`];
    this.#run(['req', '-new', ...NEW_KEY, ...secrecy, '-subj', `/CN=${name}`, '-keyout', key, '-out', request]);
    const by = ['-CA', this.cert, '-CAkey', this.#path(`${this.#name}.key`), '-CAcreateserial'];
    this.#run(['x509', '-req', '-days', String(days), '-in', request, ...by, '-extfile', extensions, '-out', cert]);
    return { cert, key };
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  #run(args: readonly string[]): void {
    execFileSync(this.#openssl, args, { stdio: 'ignore' });
  }
}
