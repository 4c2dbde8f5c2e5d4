import type { INestApplication } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { openApiDocument } from './openapi.js';

/** The OpenAPI document of the running application, made once it is asked for. */
export class ApiDocument {
  private app: INestApplication | undefined;
  private made: OpenAPIObject | undefined;

  constructor(
    readonly gateway: string,
    readonly environment: string,
    private readonly publicUrl: string,
  ) {}

  /** Given when the application exists; its routes are what is described. */
  describe(app: INestApplication): void {
    this.app = app;
  }

  read(): OpenAPIObject {
    if (this.app === undefined) throw new Error('the application has not been given');
    this.made ??= openApiDocument(this.app, this.publicUrl);
    return this.made;
  }
}
