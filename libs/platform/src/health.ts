import { Controller, Get, Inject } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from './access.js';
import { ProblemError } from './problem.js';

/** @returns undefined when well, else a code that says what is missing */
export type Probe = () => Promise<string | undefined> | string | undefined;
/** @returns a figure; undefined when there is none */
export type Gauge = () => Promise<number | undefined> | number | undefined;
const PROBE_MS = 2_000;

/** Whether this process can do its work now. */
export class Health {
  private readonly probes = new Map<string, Probe>();
  private readonly watched = new Map<string, Probe>();
  private readonly gauges = new Map<string, Gauge>();
  private draining = false;

  register(name: string, probe: Probe): void {
    this.probes.set(name, probe);
  }
  /** For people to look at: told beside, and no reason to take the process out of service, since it goes on with its work. */
  watch(name: string, probe: Probe): void {
    this.watched.set(name, probe);
  }
  /** A figure that is told beside, for whoever draws curves. @param name ends in its unit */
  measure(name: string, gauge: Gauge): void {
    this.gauges.set(name, gauge);
  }
  drain(): void {
    this.draining = true;
  }
  /** Names and codes of what is not well; empty: ready. */
  async faults(): Promise<Readonly<Record<string, string>>> {
    const faults = await found(this.probes);
    return Object.fromEntries(this.draining ? [...faults, ['service', 'draining']] : faults);
  }
  async warnings(): Promise<Readonly<Record<string, string>>> {
    return Object.fromEntries(await found(this.watched));
  }
  /** Figures that could be had. */
  async measures(): Promise<Readonly<Record<string, number>>> {
    const asked = await Promise.all(
      [...this.gauges].map(async ([name, gauge]) => [name, await figure(gauge)] as const),
    );
    return Object.fromEntries(asked.filter((pair): pair is readonly [string, number] => pair[1] !== undefined));
  }
}

const figure = async (gauge: Gauge): Promise<number | undefined> => {
  let value: number | undefined;
  const fault = await ask(async () => {
    value = await gauge();
    return undefined;
  });
  return fault === undefined && value !== undefined ? Math.round(value) : undefined;
};

const found = async (probes: ReadonlyMap<string, Probe>): Promise<readonly (readonly [string, string])[]> => {
  const asked = await Promise.all([...probes].map(async ([name, probe]) => [name, await ask(probe)] as const));
  return asked.filter((pair): pair is [string, string] => pair[1] !== undefined);
};

const ask = async (probe: Probe): Promise<string | undefined> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('timeout'), PROBE_MS);
  });
  try {
    return await Promise.race([probe(), late]);
  } catch {
    return 'unreachable';
  } finally {
    clearTimeout(timer);
  }
};

/** For whoever starts, stops and balances processes. Liveness asks nobody else; readiness asks everyone needed. */
@ApiExcludeController()
@Controller('health')
export class HealthController {
  constructor(@Inject(Health) private readonly health: Health) {}

  @Get('live')
  @Public()
  live(): object {
    return { status: 'live' };
  }

  @Get('ready')
  @Public()
  async ready(): Promise<object> {
    const [faults, warnings, measures] = await Promise.all([
      this.health.faults(),
      this.health.warnings(),
      this.health.measures(),
    ]);
    const extensions = { faults, warnings, measures };
    if (Object.keys(faults).length > 0) throw new ProblemError('not-ready', 503, { extensions });
    return { status: 'ready', warnings, measures };
  }
}
