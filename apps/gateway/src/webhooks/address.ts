import { BlockList, isIP } from 'node:net';

/** `internal`: of an organisation's own network. `refused`: of this machine, this link, a group, or of no use that a receiver of events could have. */
export type Reach = 'public' | 'internal' | 'refused';

const listOf = (family: 'ipv4' | 'ipv6', ...subnets: readonly string[]): ((address: string) => boolean) => {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [net = '', prefix] = subnet.split('/');
    list.addSubnet(net, Number(prefix), family);
  }
  return (address) => list.check(address, family);
};

// RFC 1918, RFC 6598 (carriers), RFC 4193.
const isInternal4 = listOf('ipv4', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10');
const isInternal6 = listOf('ipv6', 'fc00::/7');
// RFC 6890 and the IANA registries of special addresses; of IPv6 what is given out, and of that what stands for something else.
const isSpecial4 = listOf(
  'ipv4',
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
);
const isGlobal6 = listOf('ipv6', '2000::/3');
const isSpecial6 = listOf('ipv6', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20');

/** Where an address leads; one that stands for another (IPv4 within IPv6) is refused as it is. */
export const reachOf = (address: string): Reach => {
  const family = address.includes('%') ? 0 : isIP(address);
  if (family === 0) return 'refused';
  if (family === 4) {
    if (isInternal4(address)) return 'internal';
    return isSpecial4(address) ? 'refused' : 'public';
  }
  if (isInternal6(address)) return 'internal';
  return isGlobal6(address) && !isSpecial6(address) ? 'public' : 'refused';
};
