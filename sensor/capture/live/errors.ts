/** Why an interface cannot be watched, in sentences that say what to do. */
import { CaptureError } from '../capture-source.ts';
import { interfaceNames } from './interface-state.ts';
import type { BackendName } from './tap.ts';

const TO_BE_ALLOWED: Readonly<Record<BackendName, string>> = {
  native:
    'run as root or with the ambient capability CAP_NET_RAW, or take --backend tcpdump and give that the right once with: sudo setcap cap_net_raw=ep "$(command -v tcpdump)"',
  tcpdump: 'run as root, or give tcpdump the right once with: sudo setcap cap_net_raw=ep "$(command -v tcpdump)"',
  cap: 'run as root or with the ambient capability CAP_NET_RAW',
};

export function deniedError(interfaceName: string, backend: BackendName, cause?: unknown): CaptureError {
  return new CaptureError(
    'CAPTURE_NO_PERMISSION',
    `This user may not capture on ${interfaceName}: ${TO_BE_ALLOWED[backend]}.`,
    { cause },
  );
}

export function noInterfaceError(interfaceName: string): CaptureError {
  return new CaptureError(
    'CAPTURE_NO_INTERFACE',
    `There is no interface ${interfaceName}; this machine has ${interfaceNames().join(', ')}.`,
  );
}

export function downError(interfaceName: string): CaptureError {
  return new CaptureError(
    'CAPTURE_INTERFACE_DOWN',
    `The interface ${interfaceName} is down: switch it on with: sudo ip link set ${interfaceName} up.`,
  );
}
