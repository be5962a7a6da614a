import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify from 'fastify';
import { describe, expect, test } from 'vitest';
import { flowRoutes } from '../../../server/api/flows.ts';
import type { ApiParts } from '../../../server/api/parts.ts';
import type { FlowRow } from '../../../server/store/stores.ts';
import { flowFieldNames, flowFields } from '../../../shared/flow-fields.ts';
import { parseTcpOptions } from '../../../shared/tcp-options.ts';
import { Tunnel } from '../../../shared/tunnels.ts';

const row: FlowRow = {
  sensor: 1,
  firstSeconds: 1_700_049_600,
  lastSeconds: 1_700_049_600,
  source: '203.0.113.9',
  target: '198.51.100.7',
  sourcePort: 3,
  targetPort: 1,
  protocol: 1,
  tcpFlags: 0,
  ttl: 241,
  ipLength: 56,
  packets: 1,
  wireBytes: 70,
  class: 6,
  radiation: 4,
  country: '',
  asn: 64_500,
  vlan: 0,
  fragment: 0,
  synWindow: 0,
  synOptions: 0,
  tunnel: Tunnel.icmpQuote,
  innerProtocol: 6,
  innerSource: '198.51.100.8',
  innerTarget: '192.0.2.77',
  innerSourcePort: 50_123,
  innerTargetPort: 40_321,
};

async function flowsFor(role: string, flow: FlowRow): Promise<{ text: string; flow: Record<string, unknown> }> {
  const session = { id: 0, first: 1_700_049_000, last: 1_700_050_000 };
  const parts = {
    flows: {
      flows: async () => ({ flows: [flow], cursor: null }),
      count: async () => ({ packets: 0, missingPackets: 0 }),
    },
    series: { series: async () => [] },
    catalog: { sessions: async () => [session], session: async () => session },
    live: { current: () => ({ record: session }) },
    targetSlots: () => () => 9,
    tokens: { find: () => ({ role }) },
  } as unknown as ApiParts;
  const app = fastify().withTypeProvider<TypeBoxTypeProvider>();
  await app.register(flowRoutes, parts);
  const url = '/api/v1/flows?session=0&from=2023-11-15T00:00:00Z&to=2023-11-16T00:00:00Z';
  const answer = await app.inject({ url, headers: { authorization: 'Bearer any' } });
  expect(answer.statusCode).toBe(200);
  return { text: answer.body, flow: answer.json().flows[0] };
}

const secrets = flowFieldNames.filter((name) => 'secret' in flowFields[name]);

describe('what a packet carries or quotes', () => {
  test('reaches analysts', async () => {
    const { flow } = await flowsFor('analyst', row);
    expect(flow).toMatchObject({
      target: '198.51.100.7',
      tunnel: 'icmpQuote',
      innerProtocol: 'tcp',
      innerSource: '198.51.100.8',
      innerTarget: '192.0.2.77',
      innerSourcePort: 50_123,
      innerTargetPort: 40_321,
    });
  });

  test('reaches viewers without anything that gives targets away', async () => {
    const { text, flow } = await flowsFor('viewer', row);
    expect(flow).toMatchObject({ tunnel: 'icmpQuote', innerProtocol: 'tcp', targetSlot: 9 });
    expect(secrets.length).toBe(5);
    expect(Object.keys(flow).filter((name) => (secrets as string[]).includes(name))).toEqual([]);
    for (const secret of ['198.51.100.', '192.0.2.77', '50123', '40321']) expect(text).not.toContain(secret);
  });

  test('is not there without a tunnel', async () => {
    const none = { ...row, tunnel: 0, innerProtocol: 0, innerSource: '', innerTarget: '' };
    const { flow } = await flowsFor('administrator', none);
    expect(flow).toMatchObject({ tunnel: '', target: '198.51.100.7' });
    expect(Object.keys(flow).filter((name) => name.startsWith('inner'))).toEqual([]);
  });
});

test('TCP options are written as names', async () => {
  const options = 'mss,sackOk,ts,nop,ws';
  const { flow } = await flowsFor('viewer', { ...row, synOptions: parseTcpOptions(options)! });
  expect(flow).toMatchObject({ synOptions: options });
});
