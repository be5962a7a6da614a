/** Requests for a WebSocket, written by hand: what a peer gets that does not behave as a WebSocket library does. */
export const upgradeRequest = (port: number, path = '/api/v1/ingest', token = 'none') =>
  [
    `GET ${path} HTTP/1.1`,
    `Host: localhost:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    `Authorization: Bearer ${token}`,
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    '\r\n',
  ].join('\r\n');
