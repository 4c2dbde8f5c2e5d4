import { CompactEncrypt } from 'jose';
import { localSigner, parseManifest, publicCryptoKey, sealDocument, sha256Base64url, signManifest } from '#envelope';
import type { Context, Manifest, PrivateKey, PublicKey, Signer } from '#envelope';
import type { MessageSubmittedV1 } from '#contracts';
import { canonicalBytes, parseStrict } from '#json';
import type { Sealed } from './gateway.js';
import type { World } from './world.js';

type Members = Readonly<Record<string, unknown>>;

/** What of a sealed message is made otherwise; every digest and signature around it is made anew, as a forger with these keys would. */
export interface Forgery {
  readonly document?: (document: Members) => unknown;
  /** Octets that are signed, when they are to be no canonical JSON. */
  readonly octets?: Uint8Array;
  /** Context that document and seal are bound to; the manifest keeps its own. */
  readonly context?: (context: Context) => Context;
  /** Context of the seal alone; the document inside keeps its own. */
  readonly sealContext?: (context: Context) => Context;
  readonly documentSigner?: Signer;
  readonly sealingKey?: PublicKey;
  readonly manifest?: (manifest: Manifest) => Manifest;
  readonly manifestSigner?: Signer;
}

/** The same message made again with these deviations. */
export const forged = async (world: World, genuine: Sealed, forgery: Forgery): Promise<MessageSubmittedV1> => {
  const { manifest } = parseManifest(genuine.manifest);
  const { v, env, sender, recipient, messageId, attempt, issuedAt, expiresAt } = manifest;
  const own: Context = { v, env, sender, recipient, messageId, attempt, issuedAt, expiresAt };
  const context = forgery.context?.(own) ?? own;
  const document = documentOf(genuine);
  const octets = forgery.octets ?? canonicalBytes(forgery.document?.(document) ?? document);
  const documentSigner = forgery.documentSigner ?? localSigner(world.keys.documents[sender] as PrivateKey);
  const sealingKey = forgery.sealingKey ?? (world.keys.sealings[recipient] as PrivateKey);
  const sealed = await sealDocument({ document: octets, context, documentSigner, sealingKey });
  const jwe =
    forgery.sealContext === undefined
      ? sealed.jwe
      : await sealAround(sealed.jws, forgery.sealContext(context), sealingKey);
  const again: Manifest = { ...manifest, jwe: { sha256: sha256Base64url(jwe), length: jwe.length } };
  const manifestSigner = forgery.manifestSigner ?? localSigner(world.keys.manifests[manifest.gateway] as PrivateKey);
  return { manifest: await signManifest(manifestSigner, forgery.manifest?.(again) ?? again), jwe };
};

/** Members of the document that was sealed. */
export const documentOf = (sealed: Sealed): Members => {
  const [, payload = ''] = (sealed.message.detail.document ?? '').split('.');
  return parseStrict(Buffer.from(payload, 'base64url')) as Members;
};

/** A seal by hand around a document that was signed for another context: what a dishonest party would make. */
export const sealAround = async (jws: string, context: Context, sealingKey: PublicKey): Promise<string> => {
  const apu = Buffer.from(context.sender);
  const to = `${context.env}\n${context.recipient}\n${context.messageId}\n${sealingKey.kid}`;
  const apv = Buffer.from(sha256Base64url(to), 'base64url');
  return new CompactEncrypt(Buffer.from(jws))
    .setProtectedHeader({
      alg: 'ECDH-ES',
      enc: 'A256GCM',
      kid: sealingKey.kid,
      typ: 'delge-seal+jwe',
      cty: 'delge-document+jws',
      apu: apu.toString('base64url'),
      apv: apv.toString('base64url'),
      crit: ['ctx'],
      ctx: { ...context },
    })
    .setKeyManagementParameters({ apu, apv })
    .encrypt(await publicCryptoKey(sealingKey), { crit: { ctx: true } });
};
