import { runService } from '#platform';
import { gatewayService } from './gateway.module.js';

await runService(gatewayService);
