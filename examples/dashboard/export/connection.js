// A connection to the database that the PG* variables name.  Where they are silent it is the one that psql would make, which
// node's client would not: as the operating system's user, through the socket of a server on this machine.

import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import pg from 'pg';

const socketFolders = ['/var/run/postgresql', '/tmp'];

export async function connect() {
	const { PGHOST, PGUSER, PGPORT = '5432' } = process.env;
	const client = new pg.Client({
		application_name: 'plasticc dashboard',
		host: PGHOST || socketFolders.find((folder) => existsSync(`${folder}/.s.PGSQL.${PGPORT}`)) || 'localhost',
		user: PGUSER || userInfo().username,
	});
	await client.connect();
	return client;
}
