/** Renames and deletes what is recorded: for analysts. Null when it worked, else the server's stable code. */
export const renameSession = (id: number, name: string) =>
  request(id, {
    method: 'PATCH',
    body: JSON.stringify({ name }),
    headers: { 'content-type': 'application/json' },
  });

export const deleteSession = (id: number) => request(id, { method: 'DELETE' });

async function request(id: number, init: RequestInit): Promise<string | null> {
  try {
    const answer = await fetch(`api/v1/sessions/${id}`, init);
    if (answer.ok) return null;
    const problem = (await answer.json().catch(() => null)) as { code?: unknown } | null;
    return String(problem?.code ?? answer.status).slice(0, 60);
  } catch {
    return 'PAGE_SERVER_AWAY';
  }
}
