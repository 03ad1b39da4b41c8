export { t } from './en'
export * as format from './format'
export { sentence } from './sentence'
