import { cyclic } from '../electricity/cyclic.ts';

export interface DemoPerson {
  readonly id: string;
  readonly name: string;
  readonly role: 'account_manager' | 'grid_engineer';
  readonly email: string;
  readonly locale: 'zh-CN' | 'en';
}

/** Six account managers, who share the customers, and two grid engineers. Invented. */
export const PEOPLE: readonly DemoPerson[] = [
  { id: 'manager-1', name: '客户经理一', role: 'account_manager', email: 'manager-1@grid.example', locale: 'zh-CN' },
  { id: 'manager-2', name: 'Manager Two', role: 'account_manager', email: 'manager-2@grid.example', locale: 'en' },
  { id: 'manager-3', name: '客户经理三', role: 'account_manager', email: 'manager-3@grid.example', locale: 'zh-CN' },
  { id: 'manager-4', name: 'Manager Four', role: 'account_manager', email: 'manager-4@grid.example', locale: 'en' },
  { id: 'manager-5', name: '客户经理五', role: 'account_manager', email: 'manager-5@grid.example', locale: 'zh-CN' },
  { id: 'manager-6', name: 'Manager Six', role: 'account_manager', email: 'manager-6@grid.example', locale: 'en' },
  { id: 'duty', name: '值班电网工程师', role: 'grid_engineer', email: 'duty@grid.example', locale: 'zh-CN' },
  { id: 'engineer', name: 'Grid engineer', role: 'grid_engineer', email: 'engineer@grid.example', locale: 'en' },
];

const ACCOUNT_MANAGERS = PEOPLE.filter((person) => person.role === 'account_manager');

/** Who looks after the customer at `index` of `count`: each account manager has neighbours in the list, about the same number. */
export function accountManagerOf(index: number, count: number): DemoPerson {
  return cyclic(ACCOUNT_MANAGERS, Math.floor((index * ACCOUNT_MANAGERS.length) / count));
}
