/** The mapping that a new entity starts with; it is a file to edit, so its comments are for whoever edits it. */
export const DEFAULT_MAPPING = `# How the bills of this entity become facts. Edit it, then run the month again.
# Tag keys, tag values and names of sub-accounts are compared after trimming, with blanks collapsed and without case:
# " application" and "Application" are one key, "ERP  CORE" and "erp core" one value. Nothing is guessed beyond that:
# a misspelling counts only where a rule below says so.
schema: prorata.mapping/1

# Which application a charge belongs to. The first source that names one wins; a charge that none names goes to
# UNALLOCATED, where reports show it.
application:
  sources:
    - tag: application
  #  - sub_account_name: { "Acme prod": "Web Shop" }
  #  - sub_account_id: { "123456789012": "Web Shop" }
  # Other spellings of an application, each with the name it stands for:
  aliases: {}
  #  "e-r-p core": ERP Core

# prod, non_prod or unknown. A charge without a value is unknown; a tax without one is n_a (not applicable).
environment:
  sources:
    - tag: environment
    - tag: env
  values:
    prod: [prod, production, prd, live]
    non_prod: [non_prod, non-prod, nonprod, dev, development, test, testing, qa, uat, int, integration, staging, stage, preprod, pre-prod, sandbox, demo, lab]

# Shared costs: each pool is spread over the applications in proportion to their direct effective cost.
# The first pool that a charge matches takes it.
pools:
  - code: platform
    label: Shared platform
    match:
      - tag: shared
        values: ["true", "yes", "1"]
  #    - sub_account_name: ["Acme shared"]

# Other spellings of tag keys, each with the key it stands for:
tag_aliases: {}
#  aplication: application

# Rules that come before everything above, in their order: where all of "match" holds, "set" says what the charge is, unless
# a rule before it said so. "*" stands for any text and "" for no value. Try them first: prorata entity mapping test 2025-07
# A rule looks at tags, sub_account_id, sub_account_name, provider, billing_account, region_id, service_category, service_name,
# consumed_unit, charge_category and charge_class.
rules: []
#  - code: mainframe
#    match: { provider: ["IBM*"], service_category: [Compute], tags: { team: [core, "core-*"] } }
#    set: { application: Core Banking, environment: prod, domain: Mainframe, family: Host, product: MIPS, unit: MIPS-hour }

# Service categories whose domain has another code in the group's references:
domains: {}
#  "AI and Machine Learning": AI
`;
