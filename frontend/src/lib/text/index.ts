export { t } from './en'
export * as format from './format'
