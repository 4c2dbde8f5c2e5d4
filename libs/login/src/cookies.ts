/**
 * One cookie of an app: HttpOnly, SameSite=Lax where nothing else is said, whole site, and behind TLS Secure with the prefix `__Host-`, which keeps a neighbouring host
 * from setting it (RFC 6265bis section 4.1.3.2).
 */
export class LoginCookie {
  readonly name: string;

  /** @param secure false over plain HTTP alone, where a browser would refuse it */
  constructor(
    name: string,
    private readonly secure: boolean,
    /** `Strict`: not sent when another site's page led here, nor when the way back from a login does. */
    private readonly sameSite: 'Lax' | 'Strict' = 'Lax',
  ) {
    this.name = secure ? `__Host-${name}` : name;
  }

  /** @param header of the request; the first cookie of the name counts */
  read(header: string | undefined): string | undefined {
    for (const part of (header ?? '').split(';')) {
      const at = part.indexOf('=');
      if (at > 0 && part.slice(0, at).trim() === this.name) return part.slice(at + 1).trim();
    }
    return undefined;
  }

  /** @returns value of a Set-Cookie header; ends with the browser, the server knows when the session does */
  set(value: string): string {
    return [
      `${this.name}=${value}`,
      'Path=/',
      'HttpOnly',
      `SameSite=${this.sameSite}`,
      ...(this.secure ? ['Secure'] : []),
    ].join('; ');
  }

  clear(): string {
    return `${this.set('')}; Max-Age=0`;
  }
}
