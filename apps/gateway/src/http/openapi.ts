import type { INestApplication } from '@nestjs/common';
import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiExtraModels, ApiResponse, DocumentBuilder, SwaggerModule, getSchemaPath } from '@nestjs/swagger';
import type { ApiResponseOptions, OpenAPIObject } from '@nestjs/swagger';
import { SCOPES } from '#contracts';
import { answers } from './answers.js';
import { completed, nameOfAnswer } from './openapi-complete.js';
import { describeDtos } from './openapi-dtos.js';
import type { Class } from './openapi-dtos.js';

const PROBLEM = { $ref: '#/components/schemas/Problem' };

/** Documents refusals: RFC 9457 problem details, each with a stable `type`. */
export const Problems = (...statuses: readonly number[]): MethodDecorator =>
  applyDecorators(
    ...statuses.map((status) =>
      ApiResponse({
        status,
        description: 'Problem details (RFC 9457)',
        content: { 'application/problem+json': { schema: PROBLEM } },
      } as ApiResponseOptions),
    ),
  );

/** Documents what a route answers with when it went well. */
export const Answer = (
  status: number,
  description: string,
  answer: keyof typeof answers,
  headers?: ApiResponseOptions['headers'],
): MethodDecorator =>
  ApiResponse({
    status,
    description,
    content: { 'application/json': { schema: { $ref: `#/components/schemas/${nameOfAnswer(answer)}` } } },
    ...(headers === undefined ? {} : { headers }),
  } as ApiResponseOptions);

/** Documents a body that is one of these. */
export const EitherBody = (...classes: readonly Class[]): MethodDecorator =>
  applyDecorators(
    ApiExtraModels(...classes),
    ApiBody({ schema: { oneOf: classes.map((one) => ({ $ref: getSchemaPath(one) })) } }),
  );

export const openApiDocument = (app: INestApplication, publicUrl: string): OpenAPIObject => {
  describeDtos();
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Delge gateway')
    .setDescription(
      'Submit referrals about welfare crime, read what became of them, receive and acknowledge them. ' +
        'Skicka och ta emot underrättelser om välfärdsbrott. Limits (begränsningar): content 256 KiB, 20 recipients, sandbox with test persons alone.',
    )
    .setVersion('1.0.0')
    .setLicense('EUPL-1.2', 'https://eupl.eu/1.2/en/')
    .setContact('Delge', 'https://delge.example/', 'kontakt@delge.example')
    .setTermsOfService('https://delge.example/terms')
    .addServer(publicUrl)
    .addOAuth2(
      {
        type: 'oauth2',
        flows: { clientCredentials: { tokenUrl: `${publicUrl}/oauth2/token`, scopes: SCOPES } },
      },
      'system',
    )
    .addSecurity('staff', {
      type: 'apiKey',
      in: 'cookie',
      name: '__Host-delge-staff-<gateway>',
      description:
        'The session of a member of staff, begun in a browser at `/staff/in?issuer=` and ended by `POST /staff/out`; `GET /staff` says where one logs in, who one is and what one may do. ' +
        'What changes something also needs the header `Delge-CSRF`, with `session.csrf` of `GET /staff`; whoever acts for several authorities names one in the header `Delge-Authority`. ' +
        'Officer, office and mandate of a body may be left out: they come from what the administrator registered. Inloggad befattningshavare.',
    })
    .build();
  return completed(closed(SwaggerModule.createDocument(app, config, { ignoreGlobalPrefix: true })));
};

/** What a body does not name is refused: the description says so too. */
const closed = (document: OpenAPIObject): OpenAPIObject => {
  for (const [name, schema] of Object.entries(document.components?.schemas ?? {}))
    if (name.endsWith('Dto') && 'properties' in schema) schema.additionalProperties = false;
  return document;
};
