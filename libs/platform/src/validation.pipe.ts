import { ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { ProblemError } from './problem.js';
import type { Violation } from './problem.js';

/** Bodies, queries and parameters against their DTO: unknown members refused, nothing converted in silence, no value echoed. */
export const validationPipe = (): ValidationPipe =>
  new ValidationPipe({
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
  const path = `${base}/${property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return [
    ...Object.keys(constraints).map((code) => ({ path, code })),
    ...children.flatMap((child) => violationsOf(child, path)),
  ];
};
