/** Ports that background traffic asks for: a few take most packets, the rest spreads over all others. */
import type { Weighted } from './picker.ts';

/** TCP, in per cent of packets, after what telescopes publish as their top ports; the missing rest is the uniform tail. */
export const commonTcpPorts: Weighted<number> = [
  [23, 14],
  [22, 7],
  [80, 5],
  [443, 4.5],
  [445, 6],
  [3389, 4],
  [8080, 4],
  [5555, 2.4],
  [2323, 1.6],
  [6379, 2.6],
  [1433, 2.6],
  [3306, 1.5],
  [5900, 1.4],
  [8728, 1.3],
  [25, 1.1],
  [81, 1.1],
  [8443, 1.5],
  [5432, 0.9],
  [21, 0.8],
  [8081, 0.8],
  [8888, 0.8],
  [2375, 0.8],
  [9200, 0.7],
  [27017, 0.6],
  [5060, 0.6],
  [110, 0.4],
  [143, 0.4],
  [993, 0.4],
  [3128, 0.6],
  [1080, 0.6],
  [37215, 0.9],
  [60023, 0.5],
  [7547, 0.5],
  [52869, 0.5],
  [2222, 0.7],
  [111, 0.4],
  [139, 0.5],
  [1723, 0.4],
  [8000, 0.7],
  [8090, 0.4],
  [9000, 0.5],
  [10000, 0.4],
  [11211, 0.3],
  [502, 0.2],
  [102, 0.2],
];

/** Share of the ports above, in per cent; what is missing to 100 goes to any port. */
export const commonTcpShare = commonTcpPorts.reduce((sum, [, weight]) => sum + weight, 0);

/** Services that keep ordinary web and game servers reachable, and so are what floods hit. */
export const floodedTcpPorts: Weighted<number> = [
  [80, 5],
  [443, 7],
  [25565, 2],
  [22, 1],
  [53, 0.5],
  [8080, 0.7],
  [30120, 0.8],
];
