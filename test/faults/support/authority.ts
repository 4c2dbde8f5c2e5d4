import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files of PEM. */
export interface Certified {
  readonly key: string;
  readonly certificate: string;
}

const DAY_MS = 86_400_000;
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** @returns why certificates cannot be made here; undefined: they can */
export const withoutOpenssl = (): string | undefined =>
  spawnSync('openssl', ['version']).status === 0 ? undefined : 'there is no openssl here, which makes the certificates';

/** Signs certificates for a day's tests, by the command line of OpenSSL: Node can make none. */
export class Authority {
  private issued = 0;

  private constructor(
    private readonly folder: string,
    /** Its own certificate. */
    readonly file: string,
  ) {}

  static make(folder: string): Authority {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const made = new Authority(folder, join(folder, 'authority.pem'));
    made.openssl(
      'req',
      '-x509',
      ...KEY,
      '-keyout',
      'authority.key',
      '-out',
      made.file,
      '-days',
      '3',
      '-subj',
      '/CN=authority',
    );
    writeFileSync(join(folder, 'index.txt'), '');
    return made;
  }

  /** @param name in DNS @param fromDays, untilDays from now, when it is good */
  issue(name: string, fromDays: number, untilDays: number): Certified {
    const at = (file: string): string => join(this.folder, `${this.issued}.${file}`);
    this.issued += 1;
    const [key, request, certificate, config] = [at('key'), at('csr'), at('pem'), at('cnf')];
    writeFileSync(config, configOf(this.folder, name));
    this.openssl('req', ...KEY, '-keyout', key, '-out', request, '-subj', '/CN=server');
    const dates = ['-startdate', dateOf(fromDays), '-enddate', dateOf(untilDays)];
    const signing = ['-cert', this.file, '-keyfile', 'authority.key', '-in', request, '-out', certificate];
    this.openssl('ca', '-batch', '-notext', '-config', config, ...signing, ...dates);
    return { key, certificate };
  }

  private openssl(...args: readonly string[]): void {
    execFileSync('openssl', args, { cwd: this.folder, stdio: 'pipe' });
  }
}

/** As OpenSSL takes it: `YYYYMMDDHHMMSSZ`. */
const dateOf = (days: number): string =>
  `${new Date(Date.now() + days * DAY_MS).toISOString().replace(/\D/g, '').slice(0, 14)}Z`;

const configOf = (folder: string, name: string): string => `
[ca]
default_ca = own
[own]
new_certs_dir = ${folder}
database = ${folder}/index.txt
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
x509_extensions = leaf
[any]
commonName = supplied
[leaf]
basicConstraints = critical, CA:FALSE
subjectAltName = DNS:${name}
`;
