/**
 * The rows of the transaction's legal entity. Row-level security asks for the same; said in the statement too, the indexes are used. Without
 * a legal entity it is nobody's row, not an error.
 */
export const OWN = `tenant_id = NULLIF(current_setting('app.current_tenant', true), '')::uuid
    AND legal_entity_id = NULLIF(current_setting('app.current_legal_entity', true), '')::uuid`;
