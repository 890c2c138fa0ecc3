import { PEOPLE } from './people.ts';

export interface DaemonYamlOptions {
  readonly webPort: number;
  readonly brokerUrl: string;
  readonly mailPort: number;
}

/** The id under which the meters' connections name the demo's broker. */
export const BROKER_ID = 'main';

/** pq-butler.yaml of the demo: what an installation would write, with holding times shortened for the scenario. */
export function daemonYaml({ webPort, brokerUrl, mailPort }: DaemonYamlOptions): string {
  const people = PEOPLE.map(
    ({ id, name, role, email, locale }) =>
      `  - { id: ${id}, name: ${name}, role: ${role}, email: ${email}, locale: ${locale} }`,
  );
  return `# Written by the demo at its start; changes are lost. Ports are those of this run.
site:
  name: 示范城市 Demo city
  time_zone: Asia/Shanghai

# Relative paths are relative to this file.
data_dir: ./data

store:
  kind: embedded

web:
  host: 127.0.0.1
  port: ${webPort}

# A meter that does not answer is given up after a second, and tried again every three.
modbus:
  timeout: 1s
  probe_interval: 3s

mqtt:
  brokers:
    - id: ${BROKER_ID}
      url: ${brokerUrl}
      client_id: pq-butler-demo

# The demo's mail catcher: it delivers nothing and keeps every mail in the folder "mails" beside this file.
mail:
  host: 127.0.0.1
  port: ${mailPort}
  secure: false
  from: pq-butler <butler@grid.example>

summary:
  at: "07:30"

# The rules judge as they always do; they only wait less before they speak, so that 90 seconds are enough to see them.
rules:
  overload: { judged_on: reading, open_after: 6s, clear_after: 5s }
  phase_loss: { open_after: 3s, clear_after: 3s }
  voltage_dip: { clear_after: 2s }
  meter_silent: { clear_after: 3s, limits: [{ missed_polls: 4, at_least: 6s }] }

poll_interval: 1s

people:
${people.join('\n')}

customers_file: customers.csv
`;
}
