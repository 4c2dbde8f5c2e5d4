import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { importPrivate, localSigner } from '#envelope';
import type { KeyUse, Signer } from '#envelope';
import { basisVersionIds, parseRuleSet, ruleSetBytes, ruleSetDigest, ruleSets } from '#legal-basis';
import type { RuleSet } from '#legal-basis';
import { canonicalBytes, parseStrict } from '#json';
import { readRules } from '#rules';
import type { JWK } from 'jose';
import { state } from './state.js';

/** enrolled.json: who states what in a sandbox, and where. */
interface Enrolled {
  readonly registry: string;
  readonly environment: string;
  readonly operators: readonly string[];
  /** Key file by participant; the first two sign releases. */
  readonly jurists: Readonly<Record<string, string>>;
  readonly authorities: readonly string[];
}

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const signer = async (file: string, use: KeyUse): Promise<Signer> =>
  localSigner(await importPrivate(JSON.parse(readFileSync(file, 'utf8')) as JWK, use));

/** The jurists of a sandbox: what they release and adopt, they state at its registry. */
export class SandboxJurists {
  private constructor(
    private readonly dir: string,
    private readonly enrolled: Enrolled,
    private readonly operators: readonly Signer[],
    private readonly jurists: ReadonlyMap<string, Signer>,
  ) {}

  /** @param dir folder of sandbox.json @throws when there is no sandbox */
  static async open(dir: string): Promise<SandboxJurists> {
    const file = join(dir, 'enrolled.json');
    if (!existsSync(file)) throw new Error('there is no sandbox here: run `npm start` first');
    const enrolled = JSON.parse(readFileSync(file, 'utf8')) as Enrolled;
    const operators = await Promise.all(enrolled.operators.map((key) => signer(key, 'operator')));
    const jurists = new Map<string, Signer>();
    for (const [slug, key] of Object.entries(enrolled.jurists)) jurists.set(slug, await signer(key, 'jurist'));
    return new SandboxJurists(dir, enrolled, operators, jurists);
  }

  get authorities(): readonly string[] {
    return this.enrolled.authorities;
  }

  /** The newest rule set that was released here. */
  newest(): RuleSet {
    const folder = join(this.dir, 'rule-sets');
    const files = existsSync(folder) ? readdirSync(folder) : [];
    const kept = files.map((file) => parseRuleSet(readFileSync(join(folder, file))));
    return [...ruleSets, ...kept].reduce((a, b) => (b.number > a.number ? b : a));
  }

  /** Signed by jurists of two participants and given to the registry with its bytes. @returns its digest */
  async release(ruleSet: RuleSet): Promise<string> {
    const [principal, second] = this.jurists.values();
    if (principal === undefined || second === undefined) throw new Error('a release needs jurists of two participants');
    const digest = ruleSetDigest(ruleSet, sha256);
    const { number, date, engine = 1 } = ruleSet;
    const body = { kind: 'rule-set-released', number, date, sha256: digest, engineVersion: engine } as const;
    await this.state({ body, principal, countersigners: [second, ...this.operators], ruleSet });
    mkdirSync(join(this.dir, 'rule-sets'), { recursive: true });
    writeFileSync(join(this.dir, 'rule-sets', `${number}.json`), ruleSetBytes(ruleSet));
    return digest;
  }

  /** @param versions ids of basis versions of the newest rule set; empty: all of them */
  async adopt(authority: string, versions: readonly string[] = []): Promise<number> {
    const ruleSet = this.newest();
    const known = basisVersionIds(ruleSet);
    const unknown = versions.find((version) => !known.includes(version));
    if (unknown !== undefined) throw new Error(`rule set ${ruleSet.number} has no ${unknown}`);
    const principal = this.juristOf(authority);
    const adopted = versions.length === 0 ? known : versions;
    const body = { kind: 'rules-adopted', authority, ruleSet: ruleSet.number, versions: adopted } as const;
    await this.state({ body, principal, countersigners: this.operators });
    return adopted.length;
  }

  /** @param versions ids of basis versions that the authority has adopted, of any rule set */
  async withdraw(authority: string, versions: readonly string[]): Promise<void> {
    if (versions.length === 0) throw new Error('name the versions whose adoption is withdrawn');
    const principal = this.juristOf(authority);
    await this.state({
      body: { kind: 'adoption-withdrawn', authority, versions },
      principal,
      countersigners: this.operators,
    });
  }

  private juristOf(authority: string): Signer {
    const jurist = this.jurists.get(authority.split('/')[0] ?? '');
    if (jurist === undefined || !this.authorities.includes(authority)) throw new Error(`no authority ${authority}`);
    return jurist;
  }

  private async state(planned: Parameters<typeof state>[2]): Promise<void> {
    await state(this.enrolled.registry, this.enrolled.environment, planned);
  }
}

const juristsOf = (command: Command): Promise<SandboxJurists> => {
  const { sandbox } = command.optsWithGlobals<{ readonly sandbox: string }>();
  return SandboxJurists.open(dirname(resolve(process.env['DELGE_ROOT'] ?? process.cwd(), sandbox)));
};
const say = (text: string): void => void process.stdout.write(`${text}\n`);
/** A folder of rule files, or a compiled rule set as JSON; either way read as those who take it up will read it. */
const ruleSetOf = (path: string): RuleSet =>
  parseRuleSet(canonicalBytes(statSync(path).isDirectory() ? readRules(path) : parseStrict(readFileSync(path))));

export const releaseCommand = (rules: Command): void => {
  rules
    .command('release <folder>')
    .description('release the rule files of a folder in the sandbox, signed by two of its jurists')
    .action(async (path: string, _options: object, command: Command) => {
      const ruleSet = ruleSetOf(resolve(process.env['DELGE_ROOT'] ?? process.cwd(), path));
      const digest = await (await juristsOf(command)).release(ruleSet);
      say(`released: rule set ${ruleSet.number}, ${digest}. It holds for nobody until it is adopted: rules adopt`);
    });
};

export const adoptCommand = (rules: Command): void => {
  rules
    .command('adopt <authority> <versions...>')
    .description('adopt basis versions of the newest rule set; `all` for every authority, `all` for every version')
    .action(async (authority: string, versions: readonly string[], _options: object, command: Command) => {
      const jurists = await juristsOf(command);
      for (const one of authority === 'all' ? jurists.authorities : [authority]) {
        const count = await jurists.adopt(one, versions[0] === 'all' ? [] : versions);
        say(`${one}: ${count} versions adopted`);
      }
    });
};

export const withdrawCommand = (rules: Command): void => {
  rules
    .command('withdraw <authority> <versions...>')
    .description('withdraw the adoption of basis versions: what stands on them and is not released is stopped')
    .action(async (authority: string, versions: readonly string[], _options: object, command: Command) => {
      await (await juristsOf(command)).withdraw(authority, versions);
      say(`${authority}: ${versions.length} adoptions withdrawn`);
    });
};
