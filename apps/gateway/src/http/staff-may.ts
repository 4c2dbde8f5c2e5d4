import { SetMetadata, applyDecorators } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';

export const STAFF_MAY = 'delge:staff-may';
export const STAFF_MAY_NOT = 'delge:staff-may-not';
/** Members of a body that say who the officer is. Of staff they come from the gateway's own table. */
export type OfficerMember = 'officer' | 'office' | 'mandate';
/** `assessments`: each of a list brings all of them. */
export type StaffMember = OfficerMember | 'assessments';

/**
 * Staff may call the route too, with a session. What is named of the body is put there from the table, whoever the body names is refused.
 * A route without this is for systems alone.
 */
export const StaffMay = (...members: readonly StaffMember[]): MethodDecorator =>
  applyDecorators(SetMetadata(STAFF_MAY, members), ApiSecurity('staff'));

/** What staff may not ask for in the query of a route that is theirs too: it does what another route does that is for systems alone. */
export const StaffMayNot = (name: string, value: string): MethodDecorator =>
  SetMetadata(STAFF_MAY_NOT, { name, value } satisfies ForSystems);
export interface ForSystems {
  readonly name: string;
  readonly value: string;
}
