import { SetMetadata, applyDecorators } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';
import type { Scope as Name } from '#contracts';
import { Problems } from './openapi.js';

export const SCOPE = 'delge:scope';

/** The scopes that a system needs for a route, all of them. A route of a system without one does not exist for anybody. */
export const Scope = (...names: readonly [Name, ...Name[]]): MethodDecorator =>
  applyDecorators(SetMetadata(SCOPE, names), ApiSecurity('system', [...names]), Problems(403));
