/** One configuration: unit specs beside the code; integration and e2e specs are chosen by path pattern in the npm scripts. */
export default {
  testEnvironment: 'node',
  // A busy machine takes many times as long as an idle one; what hangs is stopped all the same.
  testTimeout: 60_000,
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: ['**/*.spec.ts', '<rootDir>/test/**/*-spec.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.delge/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^#tlog/(build|verify)$': '<rootDir>/libs/tlog/src/$1/index.ts',
    '^#([a-z-]+)$': '<rootDir>/libs/$1/src/index.ts',
  },
};
