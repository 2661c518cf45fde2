-- Two codes that differ by capitals only are one code to whoever types them: CC and cc beside each other would share the costs out of
-- one idea over two axes. Dimensions are left alone: other programs number projects with letters of both cases.
CREATE UNIQUE INDEX ana_axis_code_letters ON ana_axis (tenant_id, legal_entity_id, lower(code));
CREATE UNIQUE INDEX ana_driver_code_letters ON ana_driver (tenant_id, legal_entity_id, lower(code));
CREATE UNIQUE INDEX ana_allocation_rule_code_letters ON ana_allocation_rule (tenant_id, legal_entity_id, lower(rule_code), version);
CREATE UNIQUE INDEX ana_cycle_code_letters ON ana_cycle (tenant_id, legal_entity_id, lower(code), version);
