import { ValidationPipe } from '@nestjs/common';
import type { ArgumentMetadata } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { ProblemError } from './problem.js';
import type { Violation } from './problem.js';

/**
 * Finds members whose names every object inherits. class-validator looks names up in an object of its own, where these are always found,
 * and so takes them for known.
 */
const inherited = (value: unknown, base: string): Violation[] => {
  // Octets of a message from the broker: they have no names, and a walk over each cost more than the signatures in it.
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const path = `${base}/${pointer(name)}`;
    return name in Object.prototype ? [{ path, code: 'whitelistValidation' }] : inherited(member, path);
  });
};

class StrictValidationPipe extends ValidationPipe {
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const violations = metadata.type === 'custom' ? [] : inherited(value, '');
    if (violations.length > 0) throw new ProblemError('unknown-property', 400, { violations });
    return (await super.transform(value, metadata)) as unknown;
  }
}

/** Bodies, queries and parameters against their DTO: unknown members refused, nothing converted in silence, no value echoed. */
export const validationPipe = (): ValidationPipe =>
  new StrictValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    stopAtFirstError: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => {
      const violations = errors.flatMap((error) => violationsOf(error, ''));
      const unknown = violations.length > 0 && violations.every(({ code }) => code === 'whitelistValidation');
      return new ProblemError(unknown ? 'unknown-property' : 'invalid-request', 400, { violations });
    },
  });

const violationsOf = ({ property, constraints = {}, children = [] }: ValidationError, base: string): Violation[] => {
  const path = `${base}/${pointer(property)}`;
  return [
    ...Object.keys(constraints).map((code) => ({ path, code })),
    ...children.flatMap((child) => violationsOf(child, path)),
  ];
};

/** RFC 6901. */
const pointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
