import { importPrivate, localSigner } from '#envelope';
import type { PublicKey, Signer } from '#envelope';
import { nodeNoteSigner } from '#tlog/build';
import type { NoteSigner } from '#tlog/build';
import { decisionKey, gatewayKeys, logKey, witnessName } from '../../tools/sandbox/keys.js';
import type { GatewayKeys } from '../../tools/sandbox/keys.js';
import type { TestStack } from './stack.js';

/** What each party of a sandbox can sign, without the party's software: for a test that is the dishonest one. */
export class Parties {
  constructor(private readonly delge: TestStack) {}

  async exchange(): Promise<Signer> {
    return localSigner(await importPrivate(decisionKey(this.dir), 'decision'));
  }
  async gateway(id: string): Promise<Signer> {
    return localSigner(await importPrivate(this.store(id).manifest, 'manifest'));
  }
  exchangeKey(): Promise<PublicKey> {
    return importPrivate(decisionKey(this.dir), 'decision');
  }
  gatewayKey(id: string): Promise<PublicKey> {
    return importPrivate(this.store(id).manifest, 'manifest');
  }
  async documents(authority: string): Promise<Signer> {
    return localSigner(await importPrivate(this.keysOf(authority).document, 'document'));
  }
  sealing(authority: string): Promise<PublicKey> {
    return importPrivate(this.keysOf(authority).sealing, 'sealing');
  }
  /** The disclosure log's own key, as only its signer has it. */
  log(): NoteSigner {
    const { origin } = this.delge.sandbox.trust.logs.disclosure;
    return nodeNoteSigner(origin, logKey(this.dir, 'disclosure'));
  }
  /** The witnesses of the policy, each as only its gateway has it. */
  witnesses(): readonly NoteSigner[] {
    const { environment, witnesses } = this.delge.directory;
    return witnesses.gateways.map((id) => nodeNoteSigner(witnessName(environment, id), this.store(id).witness));
  }
  /** Gateway that hosts the authority. */
  hosting(authority: string): string {
    const found = this.delge.directory.authorities.find(({ id }) => id === authority);
    if (found === undefined) throw new Error(`${authority} is not in the sandbox`);
    return found.gateway;
  }

  private get dir(): string {
    return this.delge.stack.options.dir;
  }
  private store(gateway: string): GatewayKeys {
    return gatewayKeys(this.dir, gateway);
  }
  private keysOf(authority: string): GatewayKeys['authorities'][string] {
    const keys = this.store(this.hosting(authority)).authorities[authority];
    if (keys === undefined) throw new Error(`${authority} has no keys`);
    return keys;
  }
}
