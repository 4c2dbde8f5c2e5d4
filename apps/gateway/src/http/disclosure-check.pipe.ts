import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { DisclosureCheckDto, ReferralCheckDto } from '#contracts';
import { ProblemError, validationPipe } from '#platform';

export type DisclosureCheckBody = DisclosureCheckDto | ReferralCheckDto;
export const isOfReferral = (body: DisclosureCheckBody): body is ReferralCheckDto => 'referral' in body;

const MEMBERS_OF_CLAIMS = ['recipient', 'type', 'items'] as const;

/** Claims, or the whole referral: each is validated as what it is, and neither or both is refused before anything else is looked at. */
export class DisclosureCheckPipe implements PipeTransform<unknown, Promise<DisclosureCheckBody>> {
  private readonly validation = validationPipe();

  /** @throws {ProblemError} invalid-request, unknown-property */
  async transform(value: unknown, metadata: ArgumentMetadata): Promise<DisclosureCheckBody> {
    const has = (member: string): boolean =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, member);
    const claims = MEMBERS_OF_CLAIMS.some(has);
    if (claims === has('referral')) {
      const code = claims ? 'referralOrClaimsNotBoth' : 'referralOrClaims';
      throw new ProblemError('invalid-request', 400, { violations: [{ path: '/referral', code }] });
    }
    await this.validation.transform(value, { ...metadata, metatype: claims ? DisclosureCheckDto : ReferralCheckDto });
    // The body as it was parsed, as a submission takes it too, not the instance made for validation.
    return value as DisclosureCheckBody;
  }
}
