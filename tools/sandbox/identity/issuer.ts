import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { Provider } from 'oidc-provider';
import type { Context } from 'oidc-provider';
import { choicePage, goodbyePage } from './pages.js';
import { SANDBOX_LOA2, SANDBOX_LOA3, affiliationOf } from './personas.js';
import type { Persona } from './personas.js';

/** An app that may log people in here. */
export interface SandboxClient {
  readonly clientId: string;
  readonly redirectUris: readonly string[];
  readonly postLogoutUris: readonly string[];
  /** Public JWK of its `private_key_jwt`. */
  readonly jwk: object;
}

const ORG_AFFILIATION = 'https://id.oidc.se/claim/orgAffiliation';
const ORG_NUMBER = 'https://id.oidc.se/claim/orgNumber';
const ORG_SCOPE = 'https://id.oidc.se/scope/naturalPersonOrgId';
const CLAIMS = [ORG_AFFILIATION, ORG_NUMBER, 'name'];

/** One issuer below a path of the sandbox's identity provider: a participant's, or the auditors'. */
export class SandboxIssuer {
  private readonly provider: Provider;
  private readonly handle: ReturnType<Provider['callback']>;

  /** @param signingKey private JWK, ES256, of its id tokens */
  constructor(
    base: string,
    private readonly name: string,
    private readonly personas: readonly Persona[],
    clients: readonly SandboxClient[],
    signingKey: object,
  ) {
    this.provider = new Provider(`${base}/${name}`, {
      clients: clients.map(({ clientId, redirectUris, postLogoutUris, jwk }) => ({
        client_id: clientId,
        redirect_uris: redirectUris,
        post_logout_redirect_uris: postLogoutUris,
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'ES256',
        id_token_signed_response_alg: 'ES256',
        response_types: ['code'],
        grant_types: ['authorization_code'],
        jwks: { keys: [jwk] },
      })),
      jwks: { keys: [signingKey] },
      enabledJWA: { idTokenSigningAlgValues: ['ES256'], clientAuthSigningAlgValues: ['ES256'] },
      clientAuthMethods: ['private_key_jwt'],
      responseTypes: ['code'],
      pkce: { required: () => true },
      acrValues: [SANDBOX_LOA2, SANDBOX_LOA3],
      claims: { acr: null, openid: ['sub'], [ORG_SCOPE]: CLAIMS },
      cookies: {
        keys: [randomBytes(32).toString('base64url')],
        names: { session: `test_${name}`, interaction: `test_${name}_at`, resume: `test_${name}_on` },
      },
      features: {
        devInteractions: { enabled: false },
        claimsParameter: { enabled: true },
        userinfo: { enabled: true },
        rpInitiatedLogout: {
          enabled: true,
          logoutSource: (context: Context, form: string) => {
            context.body = goodbyePage(form);
          },
        },
      },
      ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 3_600 },
      interactions: { url: (_: Context, { uid }: { readonly uid: string }) => `/${name}/person/${uid}` },
      findAccount: (_: Context, id: string) => this.account(id),
      // Who chose a person has consented: nobody is asked again.
      loadExistingGrant: async ({ oidc }: Context) => {
        const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
        grant.addOIDCScope(oidc.params.scope ?? 'openid');
        grant.addOIDCClaims(CLAIMS);
        await grant.save();
        return grant;
      },
    });
    this.handle = this.provider.callback();
  }

  /** @param request of a path below the issuer's */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    if (path.startsWith(`/${this.name}/person/`)) {
      await this.choose(request, response);
      return;
    }
    // As a framework does that mounts it below a path.
    Object.assign(request, { originalUrl: path, url: path.slice(this.name.length + 1) || '/' });
    await this.handle(request, response);
  }

  private async choose(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') {
      await this.provider.interactionDetails(request, response);
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.setHeader('cache-control', 'no-store');
      response.end(choicePage(this.name, this.personas));
      return;
    }
    const chosen = new URLSearchParams(await text(request)).get('person');
    const persona = this.personas.find(({ id }) => id === chosen);
    if (persona === undefined) {
      await this.provider.interactionFinished(request, response, { error: 'access_denied' });
      return;
    }
    const login = { accountId: persona.id, acr: persona.acr, amr: ['test'], remember: false };
    await this.provider.interactionFinished(request, response, { login });
  }

  private account(id: string): object | undefined {
    const persona = this.personas.find((one) => one.id === id);
    if (persona === undefined) return undefined;
    const { name, organisation } = persona;
    const claims = {
      sub: id,
      name,
      [ORG_NUMBER]: organisation,
      [ORG_AFFILIATION]: affiliationOf(persona),
    };
    return { accountId: id, claims: () => claims };
  }
}
