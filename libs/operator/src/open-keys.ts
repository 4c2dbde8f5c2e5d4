import { FileKeys, KeyStoreError } from '#keystore';
import { ConfigError } from '#platform';
import type { Platform, ServiceConfig } from '#platform';

/**
 * Opens a service's key store before anything connects, and reads it again whenever it changes.
 * @throws {ConfigError} when it cannot be read or opened
 */
export async function openKeys(
  config: ServiceConfig & { readonly KEYSTORE_FILE: string; readonly KEYSTORE_SECRET_FILE: string },
  platform: Platform,
): Promise<FileKeys> {
  const { log, health } = platform;
  const keys = await FileKeys.open({ file: config.KEYSTORE_FILE, secretFile: config.KEYSTORE_SECRET_FILE }).catch(
    (error: unknown) => {
      throw error instanceof KeyStoreError ? new ConfigError([error.message]) : error;
    },
  );
  keys.watch(
    (count) => log.info('key-store.read', { count }),
    (code) => log.error('key-store.not-read', { code }),
  );
  health.watch('key-store', () => keys.fault());
  platform.onDrain('loops', () => keys.unwatch());
  return keys;
}
