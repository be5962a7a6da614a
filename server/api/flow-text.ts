/** A flow as the API writes it. */
import { protocolName, trafficClassNames } from '../../shared/protocols.ts';
import { radiationText } from '../../shared/radiation.ts';
import { formatTcpOptions } from '../../shared/tcp-options.ts';
import { tunnelNames } from '../../shared/tunnels.ts';
import type { FlowRow } from '../store/stores.ts';

/** `targetSlot` is asked by the number of the sensor and the address. */
export function flowOf(row: FlowRow, targetSlot: (sensor: number, target: string) => number, withTargets: boolean) {
  const { firstSeconds, lastSeconds, target, protocol, class: trafficClass, radiation, synOptions, ...others } = row;
  const { tunnel, innerProtocol, innerSource, innerTarget, innerSourcePort, innerTargetPort, ...rest } = others;
  const isTunnel = tunnel !== 0;
  return {
    ...rest,
    first: microText(firstSeconds),
    last: microText(lastSeconds),
    ...(withTargets ? { target } : {}),
    targetSlot: targetSlot(row.sensor, target),
    protocol: protocolName(protocol),
    class: trafficClassNames[trafficClass] || String(trafficClass),
    radiation: radiationText(radiation),
    synOptions: formatTcpOptions(synOptions),
    tunnel: tunnelNames[tunnel] ?? String(tunnel),
    ...(isTunnel ? { innerProtocol: protocolName(innerProtocol) } : {}),
    ...(isTunnel && withTargets ? { innerSource, innerTarget, innerSourcePort, innerTargetPort } : {}),
  };
}

/** RFC 3339 with microseconds. */
function microText(seconds: number): string {
  const whole = Math.floor(seconds);
  const micros = Math.min(999_999, Math.round((seconds - whole) * 1e6));
  return `${new Date(whole * 1000).toISOString().slice(0, 19)}.${String(micros).padStart(6, '0')}Z`;
}
