CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.asset (
    id integer NOT NULL,
    tag text NOT NULL COLLATE pg_catalog."C",
    type_id integer,
    site_id integer,
    status_id integer,
    person_id integer,
    name text COLLATE pg_catalog."C",
    serial_number text COLLATE pg_catalog."C",
    manufacturer text COLLATE pg_catalog."C",
    model text COLLATE pg_catalog."C",
    operating_system text COLLATE pg_catalog."C",
    os_version text COLLATE pg_catalog."C",
    wifi_mac text COLLATE pg_catalog."C",
    ethernet_mac text COLLATE pg_catalog."C",
    imei text COLLATE pg_catalog."C",
    phone_number text COLLATE pg_catalog."C",
    storage_gb double precision,
    memory_gb double precision,
    ownership text COLLATE pg_catalog."C",
    compliance text COLLATE pg_catalog."C",
    encrypted boolean,
    enrolled_at text COLLATE pg_catalog."C",
    last_check_in text COLLATE pg_catalog."C",
    warranty_start text COLLATE pg_catalog."C",
    warranty_end text COLLATE pg_catalog."C",
    notes text COLLATE pg_catalog."C",
    custom text DEFAULT '{}'::text NOT NULL COLLATE pg_catalog."C",
    version integer DEFAULT 1 NOT NULL,
    created_at text NOT NULL COLLATE pg_catalog."C",
    updated_at text NOT NULL COLLATE pg_catalog."C",
    remote_id text COLLATE pg_catalog."C",
    CONSTRAINT ck_asset_compliance CHECK ((length(compliance) <= 64)),
    CONSTRAINT ck_asset_custom CHECK ((json_typeof((custom)::json) = 'object'::text)),
    CONSTRAINT ck_asset_enrolled_at CHECK ((enrolled_at ~~ '____-__-__T________Z'::text)),
    CONSTRAINT ck_asset_ethernet_mac CHECK ((length(ethernet_mac) <= 64)),
    CONSTRAINT ck_asset_imei CHECK ((length(imei) <= 64)),
    CONSTRAINT ck_asset_last_check_in CHECK ((last_check_in ~~ '____-__-__T________Z'::text)),
    CONSTRAINT ck_asset_manufacturer CHECK ((length(manufacturer) <= 255)),
    CONSTRAINT ck_asset_model CHECK ((length(model) <= 255)),
    CONSTRAINT ck_asset_name CHECK ((length(name) <= 255)),
    CONSTRAINT ck_asset_notes CHECK ((length(notes) <= 10000)),
    CONSTRAINT ck_asset_operating_system CHECK ((length(operating_system) <= 255)),
    CONSTRAINT ck_asset_os_version CHECK ((length(os_version) <= 255)),
    CONSTRAINT ck_asset_ownership CHECK ((length(ownership) <= 64)),
    CONSTRAINT ck_asset_phone_number CHECK ((length(phone_number) <= 64)),
    CONSTRAINT ck_asset_serial_number CHECK ((length(serial_number) <= 255)),
    CONSTRAINT ck_asset_tag CHECK ((tag <> ''::text)),
    CONSTRAINT ck_asset_version CHECK ((version > 0)),
    CONSTRAINT ck_asset_warranty_end CHECK ((warranty_end ~~ '____-__-__'::text)),
    CONSTRAINT ck_asset_warranty_start CHECK ((warranty_start ~~ '____-__-__'::text)),
    CONSTRAINT ck_asset_wifi_mac CHECK ((length(wifi_mac) <= 64))
);
CREATE TABLE public.asset_group (
    id integer NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT ck_asset_group_name CHECK ((name <> ''::text))
);
CREATE SEQUENCE public.asset_group_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.asset_group_id_seq OWNED BY public.asset_group.id;
CREATE SEQUENCE public.asset_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.asset_id_seq OWNED BY public.asset.id;
CREATE TABLE public.asset_type (
    id integer NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    group_id integer NOT NULL,
    remote_id text COLLATE pg_catalog."C",
    CONSTRAINT ck_asset_type_name CHECK ((name <> ''::text))
);
CREATE TABLE public.binding (
    id integer NOT NULL,
    source text NOT NULL COLLATE pg_catalog."C",
    tenant_id text NOT NULL COLLATE pg_catalog."C",
    device_id text NOT NULL COLLATE pg_catalog."C",
    asset_id integer NOT NULL,
    presence text NOT NULL COLLATE pg_catalog."C",
    bound_at text NOT NULL COLLATE pg_catalog."C",
    missing_since text COLLATE pg_catalog."C",
    missing_reads integer NOT NULL,
    unlisted_reads integer NOT NULL,
    inactive_since text COLLATE pg_catalog."C",
    status_before text COLLATE pg_catalog."C",
    status_set text COLLATE pg_catalog."C",
    superseded text COLLATE pg_catalog."C",
    CONSTRAINT ck_binding_device_id CHECK ((device_id <> ''::text)),
    CONSTRAINT ck_binding_missing_reads CHECK ((missing_reads >= 0)),
    CONSTRAINT ck_binding_presence CHECK ((presence = ANY (ARRAY['present'::text, 'missing'::text, 'excluded'::text, 'deleted'::text]))),
    CONSTRAINT ck_binding_superseded CHECK ((substr(superseded, 1, 1) = '{'::text)),
    CONSTRAINT ck_binding_unlisted_reads CHECK ((unlisted_reads >= 0))
);
CREATE TABLE public.connection_read (
    source text NOT NULL COLLATE pg_catalog."C",
    tenant_id text NOT NULL COLLATE pg_catalog."C",
    read_at text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.organisation (
    id integer NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    tenant_id text COLLATE pg_catalog."C",
    CONSTRAINT ck_organisation_name CHECK ((name <> ''::text))
);
CREATE TABLE public.person (
    id integer NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    upn text COLLATE pg_catalog."C",
    mail text COLLATE pg_catalog."C",
    employee_id text COLLATE pg_catalog."C",
    site_id integer,
    active boolean DEFAULT true NOT NULL,
    entra_id text COLLATE pg_catalog."C",
    remote_id text COLLATE pg_catalog."C",
    also_entra_ids text COLLATE pg_catalog."C",
    CONSTRAINT ck_person_name CHECK ((name <> ''::text))
);
CREATE TABLE public.site (
    id integer NOT NULL,
    organisation_id integer NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    remote_id text COLLATE pg_catalog."C",
    CONSTRAINT ck_site_name CHECK ((name <> ''::text))
);
CREATE TABLE public.status (
    id integer NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    remote_id text COLLATE pg_catalog."C",
    CONSTRAINT ck_status_name CHECK ((name <> ''::text))
);
CREATE VIEW public.asset_overview AS
 SELECT asset.id,
    asset.tag,
    asset.name,
    asset.serial_number,
    asset.manufacturer,
    asset.model,
    asset.operating_system,
    asset.os_version,
    asset.wifi_mac,
    asset.ethernet_mac,
    asset.imei,
    asset.phone_number,
    asset.storage_gb,
    asset.memory_gb,
    asset.ownership,
    asset.compliance,
    asset.encrypted,
    asset.enrolled_at,
    asset.last_check_in,
    asset.warranty_start,
    asset.warranty_end,
    asset.notes,
    asset.custom,
    asset_type.name AS type,
    asset_group.name AS asset_group,
    organisation.name AS organisation,
    site.name AS site,
    status.name AS status,
    person.name AS user_name,
    person.upn AS user_upn,
    binding.source,
    binding.tenant_id,
    binding.device_id,
    binding.presence,
    binding.missing_since,
    binding.superseded AS superseded_devices,
    connection_read.read_at AS last_read_at,
        CASE
            WHEN (binding.id IS NULL) THEN 'never matched'::text
            WHEN (binding.presence <> 'present'::text) THEN binding.presence
            ELSE NULL::text
        END AS not_updated_because,
    asset.version,
    asset.created_at,
    asset.updated_at
   FROM ((((((((public.asset
     LEFT JOIN public.asset_type ON ((asset_type.id = asset.type_id)))
     LEFT JOIN public.asset_group ON ((asset_group.id = asset_type.group_id)))
     LEFT JOIN public.site ON ((site.id = asset.site_id)))
     LEFT JOIN public.organisation ON ((organisation.id = site.organisation_id)))
     LEFT JOIN public.status ON ((status.id = asset.status_id)))
     LEFT JOIN public.person ON ((person.id = asset.person_id)))
     LEFT JOIN public.binding ON ((binding.id = ( SELECT one.id
           FROM public.binding one
          WHERE (one.asset_id = asset.id)
          ORDER BY
                CASE one.presence
                    WHEN 'deleted'::text THEN 1
                    ELSE 0
                END, one.id DESC
         LIMIT 1))))
     LEFT JOIN public.connection_read ON (((connection_read.source = binding.source) AND (connection_read.tenant_id = binding.tenant_id))));
CREATE TABLE public.asset_software (
    asset_id integer NOT NULL,
    software_id integer NOT NULL,
    version text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C"
);
CREATE SEQUENCE public.asset_type_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.asset_type_id_seq OWNED BY public.asset_type.id;
CREATE TABLE public.attempt (
    id integer NOT NULL,
    started_at text NOT NULL COLLATE pg_catalog."C",
    failed_at text NOT NULL COLLATE pg_catalog."C",
    who text NOT NULL COLLATE pg_catalog."C",
    from_where text NOT NULL COLLATE pg_catalog."C",
    settings_commit text COLLATE pg_catalog."C",
    exit_code integer NOT NULL,
    error text NOT NULL COLLATE pg_catalog."C",
    unread text NOT NULL COLLATE pg_catalog."C",
    run_id text COLLATE pg_catalog."C"
);
CREATE SEQUENCE public.attempt_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.attempt_id_seq OWNED BY public.attempt.id;
CREATE SEQUENCE public.binding_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.binding_id_seq OWNED BY public.binding.id;
CREATE TABLE public.custom_field (
    id integer NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    label text COLLATE pg_catalog."C",
    type text NOT NULL COLLATE pg_catalog."C",
    max_length integer,
    choices text DEFAULT '[]'::text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT ck_custom_field_max_length CHECK ((max_length > 0)),
    CONSTRAINT ck_custom_field_name CHECK ((name <> ''::text)),
    CONSTRAINT ck_custom_field_type CHECK ((type = ANY (ARRAY['text'::text, 'number'::text, 'integer'::text, 'date'::text, 'datetime'::text, 'boolean'::text, 'choice'::text])))
);
CREATE SEQUENCE public.custom_field_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.custom_field_id_seq OWNED BY public.custom_field.id;
CREATE TABLE public.hold (
    tenant_id text NOT NULL COLLATE pg_catalog."C",
    run_id integer NOT NULL,
    since text NOT NULL COLLATE pg_catalog."C",
    settings text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.intent (
    run_id text NOT NULL COLLATE pg_catalog."C",
    number integer NOT NULL,
    state text NOT NULL COLLATE pg_catalog."C",
    change text NOT NULL COLLATE pg_catalog."C",
    remote_id text COLLATE pg_catalog."C",
    message text COLLATE pg_catalog."C",
    facts text NOT NULL COLLATE pg_catalog."C",
    updated_at text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT ck_intent_state CHECK ((state = ANY (ARRAY['planned'::text, 'sent'::text, 'done'::text, 'conflict'::text, 'failed'::text])))
);
CREATE TABLE public.lease (
    id integer NOT NULL,
    lease_id text NOT NULL COLLATE pg_catalog."C",
    owner text NOT NULL COLLATE pg_catalog."C",
    since text NOT NULL COLLATE pg_catalog."C",
    expires text NOT NULL COLLATE pg_catalog."C",
    held boolean NOT NULL,
    fencing integer NOT NULL,
    CONSTRAINT ck_lease_one_row CHECK ((id = 1))
);
CREATE TABLE public.lease_holder (
    id integer NOT NULL,
    lease_id text NOT NULL COLLATE pg_catalog."C",
    machine text NOT NULL COLLATE pg_catalog."C",
    process integer NOT NULL,
    process_started text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT ck_lease_holder_one_row CHECK ((id = 1))
);
CREATE TABLE public.licence (
    id integer NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    seats integer,
    CONSTRAINT ck_licence_name CHECK ((name <> ''::text)),
    CONSTRAINT ck_licence_seats CHECK ((seats >= 0))
);
CREATE TABLE public.licence_alias (
    licence_id integer NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C"
);
CREATE SEQUENCE public.licence_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.licence_id_seq OWNED BY public.licence.id;
CREATE TABLE public.open_run (
    run_id text NOT NULL COLLATE pg_catalog."C",
    origin text NOT NULL COLLATE pg_catalog."C",
    settings text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    plan text NOT NULL COLLATE pg_catalog."C"
);
CREATE SEQUENCE public.organisation_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.organisation_id_seq OWNED BY public.organisation.id;
CREATE SEQUENCE public.person_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.person_id_seq OWNED BY public.person.id;
CREATE TABLE public.pin (
    asset_id integer NOT NULL,
    field text NOT NULL COLLATE pg_catalog."C",
    reason text NOT NULL COLLATE pg_catalog."C",
    pinned_by text COLLATE pg_catalog."C",
    pinned_at text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.proof (
    name text NOT NULL COLLATE pg_catalog."C",
    answer text NOT NULL COLLATE pg_catalog."C",
    version text NOT NULL COLLATE pg_catalog."C",
    proven_at text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.remote (
    id integer NOT NULL,
    product text NOT NULL COLLATE pg_catalog."C",
    url text NOT NULL COLLATE pg_catalog."C",
    facts text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT ck_remote_one_row CHECK ((id = 1))
);
CREATE TABLE public.run (
    id integer NOT NULL,
    run_id text NOT NULL COLLATE pg_catalog."C",
    instance text NOT NULL COLLATE pg_catalog."C",
    started_at text NOT NULL COLLATE pg_catalog."C",
    finished_at text NOT NULL COLLATE pg_catalog."C",
    who text NOT NULL COLLATE pg_catalog."C",
    from_where text NOT NULL COLLATE pg_catalog."C",
    settings_commit text COLLATE pg_catalog."C",
    settings_clean boolean NOT NULL,
    plan_digest text NOT NULL COLLATE pg_catalog."C",
    counts text NOT NULL COLLATE pg_catalog."C",
    allowances text NOT NULL COLLATE pg_catalog."C",
    because text COLLATE pg_catalog."C",
    usage text NOT NULL COLLATE pg_catalog."C",
    revision text NOT NULL COLLATE pg_catalog."C",
    undone_by integer,
    undoes integer,
    pruned_at text COLLATE pg_catalog."C"
);
CREATE TABLE public.run_binding (
    id integer NOT NULL,
    run_id integer NOT NULL,
    connection text NOT NULL COLLATE pg_catalog."C",
    source text NOT NULL COLLATE pg_catalog."C",
    tenant_id text NOT NULL COLLATE pg_catalog."C",
    asset text NOT NULL COLLATE pg_catalog."C",
    before text COLLATE pg_catalog."C",
    after text COLLATE pg_catalog."C",
    reason integer NOT NULL
);
CREATE SEQUENCE public.run_binding_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.run_binding_id_seq OWNED BY public.run_binding.id;
CREATE TABLE public.run_change (
    id integer NOT NULL,
    run_id integer NOT NULL,
    subject text NOT NULL COLLATE pg_catalog."C",
    action text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    label text NOT NULL COLLATE pg_catalog."C",
    connection text COLLATE pg_catalog."C",
    device_id text COLLATE pg_catalog."C",
    kinds text NOT NULL COLLATE pg_catalog."C",
    attributes text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT ck_run_change_action CHECK ((action = ANY (ARRAY['create'::text, 'update'::text, 'delete'::text]))),
    CONSTRAINT ck_run_change_subject CHECK ((subject = ANY (ARRAY['catalogue'::text, 'user'::text, 'asset'::text])))
);
CREATE SEQUENCE public.run_change_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.run_change_id_seq OWNED BY public.run_change.id;
CREATE SEQUENCE public.run_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.run_id_seq OWNED BY public.run.id;
CREATE TABLE public.run_reason (
    run_id integer NOT NULL,
    number integer NOT NULL,
    rule text NOT NULL COLLATE pg_catalog."C",
    reason text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.settings_revision (
    id integer NOT NULL,
    digest text NOT NULL COLLATE pg_catalog."C",
    applied_at text NOT NULL COLLATE pg_catalog."C",
    settings_commit text COLLATE pg_catalog."C",
    enabled text NOT NULL COLLATE pg_catalog."C",
    document text NOT NULL COLLATE pg_catalog."C"
);
CREATE SEQUENCE public.settings_revision_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.settings_revision_id_seq OWNED BY public.settings_revision.id;
CREATE SEQUENCE public.site_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.site_id_seq OWNED BY public.site.id;
CREATE TABLE public.software (
    id integer NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    name_key text NOT NULL COLLATE pg_catalog."C",
    publisher text COLLATE pg_catalog."C",
    licence_id integer,
    CONSTRAINT ck_software_name CHECK ((name <> ''::text))
);
CREATE SEQUENCE public.software_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.software_id_seq OWNED BY public.software.id;
CREATE TABLE public.stamp (
    id integer NOT NULL,
    instance text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    store_id text NOT NULL COLLATE pg_catalog."C",
    adopted_from text COLLATE pg_catalog."C",
    revision text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    highest_tag integer DEFAULT 0 NOT NULL,
    created_at text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT ck_stamp_one_row CHECK ((id = 1))
);
CREATE SEQUENCE public.status_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.status_id_seq OWNED BY public.status.id;
CREATE TABLE public.whole_read_day (
    source text NOT NULL COLLATE pg_catalog."C",
    tenant_id text NOT NULL COLLATE pg_catalog."C",
    day text NOT NULL COLLATE pg_catalog."C"
);
ALTER TABLE ONLY public.asset ALTER COLUMN id SET DEFAULT nextval('public.asset_id_seq'::regclass);
ALTER TABLE ONLY public.asset_group ALTER COLUMN id SET DEFAULT nextval('public.asset_group_id_seq'::regclass);
ALTER TABLE ONLY public.asset_type ALTER COLUMN id SET DEFAULT nextval('public.asset_type_id_seq'::regclass);
ALTER TABLE ONLY public.attempt ALTER COLUMN id SET DEFAULT nextval('public.attempt_id_seq'::regclass);
ALTER TABLE ONLY public.binding ALTER COLUMN id SET DEFAULT nextval('public.binding_id_seq'::regclass);
ALTER TABLE ONLY public.custom_field ALTER COLUMN id SET DEFAULT nextval('public.custom_field_id_seq'::regclass);
ALTER TABLE ONLY public.licence ALTER COLUMN id SET DEFAULT nextval('public.licence_id_seq'::regclass);
ALTER TABLE ONLY public.organisation ALTER COLUMN id SET DEFAULT nextval('public.organisation_id_seq'::regclass);
ALTER TABLE ONLY public.person ALTER COLUMN id SET DEFAULT nextval('public.person_id_seq'::regclass);
ALTER TABLE ONLY public.run ALTER COLUMN id SET DEFAULT nextval('public.run_id_seq'::regclass);
ALTER TABLE ONLY public.run_binding ALTER COLUMN id SET DEFAULT nextval('public.run_binding_id_seq'::regclass);
ALTER TABLE ONLY public.run_change ALTER COLUMN id SET DEFAULT nextval('public.run_change_id_seq'::regclass);
ALTER TABLE ONLY public.settings_revision ALTER COLUMN id SET DEFAULT nextval('public.settings_revision_id_seq'::regclass);
ALTER TABLE ONLY public.site ALTER COLUMN id SET DEFAULT nextval('public.site_id_seq'::regclass);
ALTER TABLE ONLY public.software ALTER COLUMN id SET DEFAULT nextval('public.software_id_seq'::regclass);
ALTER TABLE ONLY public.status ALTER COLUMN id SET DEFAULT nextval('public.status_id_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('0003');
INSERT INTO public.asset VALUES (1, 'AST-000001', 1, 2, 1, 1, 'LT-1', 'ABC1', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 256, 15.8, NULL, NULL, true, NULL, '2026-11-23T08:00:00Z', NULL, '2029-01-31', NULL, '{"department":"Sales","managed_by":"Intune"}', 1, '2026-12-01T05:30:18Z', '2026-12-01T05:30:18Z', NULL);
INSERT INTO public.asset VALUES (2, 'AST-000002', 1, NULL, NULL, NULL, 'LT-2', 'ABC 2', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{}', 1, '2026-12-01T05:30:18Z', '2026-12-01T05:30:18Z', NULL);
INSERT INTO public.asset_group VALUES (1, 'Computers');
INSERT INTO public.asset_type VALUES (1, 'Laptop', 1, NULL);
INSERT INTO public.asset_type VALUES (2, 'Virtual Machine', 1, NULL);
INSERT INTO public.binding VALUES (1, 'intune', '7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11', 'd1', 1, 'present', '2026-11-23T08:00:00Z', NULL, 0, 0, NULL, NULL, 'In Use', NULL);
INSERT INTO public.binding VALUES (2, 'intune', '7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11', 'd2', 2, 'present', '2026-11-23T08:00:00Z', NULL, 0, 0, NULL, NULL, NULL, NULL);
INSERT INTO public.connection_read VALUES ('intune', '7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11', '2026-11-23T08:00:00Z');
INSERT INTO public.custom_field VALUES (1, 'department', 'Department', 'text', 80, '[]');
INSERT INTO public.custom_field VALUES (2, 'managed_by', 'Managed by', 'choice', NULL, '["Intune","Nobody"]');
INSERT INTO public.pin VALUES (1, 'name', 'it is right', 'ann', '2026-11-23T08:00:00Z');
INSERT INTO public.lease VALUES (1, 'cd7aa95d', 'ann on laptop', '2026-12-01T05:30:18Z', '2026-12-01T05:45:18Z', false, 1);
INSERT INTO public.licence VALUES (1, 'Visio', 40);
INSERT INTO public.licence_alias VALUES (1, 'Microsoft Visio');
INSERT INTO public.licence_alias VALUES (1, 'Visio 2021');
INSERT INTO public.organisation VALUES (1, 'Contoso', NULL);
INSERT INTO public.person VALUES (1, 'Ann', 'ann@contoso.com', NULL, NULL, 2, true, 'e-ann@contoso.com', NULL, NULL);
INSERT INTO public.person VALUES (2, 'Bob', 'bob@contoso.com', NULL, NULL, NULL, true, 'e-bob@contoso.com', NULL, NULL);
INSERT INTO public.run VALUES (1, '20261123-080000-8ea2', 'prod', '2026-11-23T08:00:00Z', '2026-12-01T05:30:18Z', 'ann', 'laptop', '3f2c1d', true, 'p1', '{"catalogue-create":11,"created":2,"user-create":2}', '{}', NULL, '[{"source":"intune","tenantId":"7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11","bound":0,"counts":{}}]', '43596523a5ae5096a7a8c20e6824530c', NULL, NULL, NULL);
INSERT INTO public.run_binding VALUES (1, 1, 'intune', 'intune', '7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11', 'AST-000001', NULL, '{"deviceId":"d1","presence":"present","boundAt":"2026-11-23T08:00:00Z","statusSet":"In Use"}', 3);
INSERT INTO public.run_binding VALUES (2, 1, 'intune', 'intune', '7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11', 'AST-000002', NULL, '{"deviceId":"d2","presence":"present","boundAt":"2026-11-23T08:00:00Z"}', 3);
INSERT INTO public.run_change VALUES (1, 1, 'catalogue', 'create', 'organisation/Contoso', 'organisation/Contoso', NULL, NULL, '[]', '[]');
INSERT INTO public.run_change VALUES (2, 1, 'catalogue', 'create', 'site/Contoso/Head Office', 'site/Contoso/Head Office', NULL, NULL, '[]', '[]');
INSERT INTO public.run_change VALUES (3, 1, 'catalogue', 'create', 'site/Contoso/Leeds', 'site/Contoso/Leeds', NULL, NULL, '[]', '[]');
INSERT INTO public.run_change VALUES (4, 1, 'catalogue', 'create', 'status/In Use', 'status/In Use', NULL, NULL, '[]', '[]');
INSERT INTO public.run_change VALUES (5, 1, 'catalogue', 'create', 'status/Retired', 'status/Retired', NULL, NULL, '[]', '[]');
INSERT INTO public.run_change VALUES (6, 1, 'catalogue', 'create', 'group/Computers', 'group/Computers', NULL, NULL, '[]', '[]');
INSERT INTO public.run_change VALUES (7, 1, 'catalogue', 'create', 'type/Laptop', 'type/Laptop', NULL, NULL, '[]', '[["group",null,"Computers",0]]');
INSERT INTO public.run_change VALUES (8, 1, 'catalogue', 'create', 'type/Virtual Machine', 'type/Virtual Machine', NULL, NULL, '[]', '[["group",null,"Computers",0]]');
INSERT INTO public.run_change VALUES (9, 1, 'catalogue', 'create', 'field/department', 'field/department', NULL, NULL, '[]', '[["type",null,"text",0],["label",null,"Department",0],["maxLength",null,80,0]]');
INSERT INTO public.run_change VALUES (10, 1, 'catalogue', 'create', 'field/managed_by', 'field/managed_by', NULL, NULL, '[]', '[["type",null,"choice",0],["label",null,"Managed by",0],["choices",null,"[\"Intune\", \"Nobody\"]",0]]');
INSERT INTO public.run_change VALUES (11, 1, 'catalogue', 'create', 'licence/Visio', 'licence/Visio', NULL, NULL, '[]', '[["seats",null,40,0],["alsoKnownAs",null,"[\"Visio 2021\", \"Microsoft Visio\"]",0]]');
INSERT INTO public.run_change VALUES (12, 1, 'user', 'create', 'ann@contoso.com', 'ann@contoso.com', NULL, NULL, '[]', '[["name",null,"Ann",1],["upn",null,"ann@contoso.com",1],["active",null,true,1],["entraId",null,"e-ann@contoso.com",1],["site",null,"Contoso/Leeds",1]]');
INSERT INTO public.run_change VALUES (13, 1, 'user', 'create', 'bob@contoso.com', 'bob@contoso.com', NULL, NULL, '[]', '[["name",null,"Bob",1],["upn",null,"bob@contoso.com",1],["active",null,true,1],["entraId",null,"e-bob@contoso.com",1]]');
INSERT INTO public.run_change VALUES (14, 1, 'asset', 'create', 'AST-000001', 'LT-1', 'intune', 'd1', '["created"]', '[["type",null,"Laptop",2],["site",null,"Contoso/Leeds",2],["status",null,"In Use",2],["user",null,"ann@contoso.com",2],["name",null,"LT-1",2],["serialNumber",null,"ABC1",2],["storageGb",null,256,2],["memoryGb",null,15.8,2],["encrypted",null,true,2],["lastCheckIn",null,"2026-11-23T08:00:00Z",2],["warrantyEnd",null,"2029-01-31",2],["custom.department",null,"Sales",2],["custom.managed_by",null,"Intune",2]]');
INSERT INTO public.run_change VALUES (15, 1, 'asset', 'create', 'AST-000002', 'LT-2', 'intune', 'd2', '["created"]', '[["type",null,"Laptop",2],["name",null,"LT-2",2],["serialNumber",null,"ABC 2",2]]');
INSERT INTO public.run_reason VALUES (1, 0, 'K2', 'because');
INSERT INTO public.run_reason VALUES (1, 1, 'U4', 'because');
INSERT INTO public.run_reason VALUES (1, 2, 'F1', 'because');
INSERT INTO public.run_reason VALUES (1, 3, 'row 1', 'as read');
INSERT INTO public.settings_revision VALUES (1, 's1', '2026-12-01T05:30:18Z', '3f2c1d', '{"intune":true}', '{"a":1}');
INSERT INTO public.site VALUES (1, 1, 'Head Office', NULL);
INSERT INTO public.site VALUES (2, 1, 'Leeds', NULL);
INSERT INTO public.stamp VALUES (1, 'prod', 'production', '75087bb19eb55869', NULL, '43596523a5ae5096a7a8c20e6824530c', 2, '2026-12-01T05:30:18Z');
INSERT INTO public.status VALUES (1, 'In Use', NULL);
INSERT INTO public.status VALUES (2, 'Retired', NULL);
INSERT INTO public.whole_read_day VALUES ('intune', '7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11', '2026-11-23');
SELECT pg_catalog.setval('public.asset_group_id_seq', 2, false);
SELECT pg_catalog.setval('public.asset_id_seq', 3, false);
SELECT pg_catalog.setval('public.asset_type_id_seq', 3, false);
SELECT pg_catalog.setval('public.attempt_id_seq', 1, false);
SELECT pg_catalog.setval('public.binding_id_seq', 3, false);
SELECT pg_catalog.setval('public.custom_field_id_seq', 3, false);
SELECT pg_catalog.setval('public.licence_id_seq', 2, false);
SELECT pg_catalog.setval('public.organisation_id_seq', 2, false);
SELECT pg_catalog.setval('public.person_id_seq', 3, false);
SELECT pg_catalog.setval('public.run_binding_id_seq', 3, false);
SELECT pg_catalog.setval('public.run_change_id_seq', 16, false);
SELECT pg_catalog.setval('public.run_id_seq', 2, false);
SELECT pg_catalog.setval('public.settings_revision_id_seq', 2, false);
SELECT pg_catalog.setval('public.site_id_seq', 3, false);
SELECT pg_catalog.setval('public.software_id_seq', 1, false);
SELECT pg_catalog.setval('public.status_id_seq', 3, false);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.asset
    ADD CONSTRAINT pk_asset PRIMARY KEY (id);
ALTER TABLE ONLY public.asset_group
    ADD CONSTRAINT pk_asset_group PRIMARY KEY (id);
ALTER TABLE ONLY public.asset_software
    ADD CONSTRAINT pk_asset_software PRIMARY KEY (asset_id, software_id, version);
ALTER TABLE ONLY public.asset_type
    ADD CONSTRAINT pk_asset_type PRIMARY KEY (id);
ALTER TABLE ONLY public.attempt
    ADD CONSTRAINT pk_attempt PRIMARY KEY (id);
ALTER TABLE ONLY public.binding
    ADD CONSTRAINT pk_binding PRIMARY KEY (id);
ALTER TABLE ONLY public.connection_read
    ADD CONSTRAINT pk_connection_read PRIMARY KEY (source, tenant_id);
ALTER TABLE ONLY public.custom_field
    ADD CONSTRAINT pk_custom_field PRIMARY KEY (id);
ALTER TABLE ONLY public.hold
    ADD CONSTRAINT pk_hold PRIMARY KEY (tenant_id);
ALTER TABLE ONLY public.intent
    ADD CONSTRAINT pk_intent PRIMARY KEY (run_id, number);
ALTER TABLE ONLY public.lease
    ADD CONSTRAINT pk_lease PRIMARY KEY (id);
ALTER TABLE ONLY public.lease_holder
    ADD CONSTRAINT pk_lease_holder PRIMARY KEY (id);
ALTER TABLE ONLY public.licence
    ADD CONSTRAINT pk_licence PRIMARY KEY (id);
ALTER TABLE ONLY public.licence_alias
    ADD CONSTRAINT pk_licence_alias PRIMARY KEY (licence_id, name);
ALTER TABLE ONLY public.open_run
    ADD CONSTRAINT pk_open_run PRIMARY KEY (run_id);
ALTER TABLE ONLY public.organisation
    ADD CONSTRAINT pk_organisation PRIMARY KEY (id);
ALTER TABLE ONLY public.person
    ADD CONSTRAINT pk_person PRIMARY KEY (id);
ALTER TABLE ONLY public.pin
    ADD CONSTRAINT pk_pin PRIMARY KEY (asset_id, field);
ALTER TABLE ONLY public.proof
    ADD CONSTRAINT pk_proof PRIMARY KEY (name);
ALTER TABLE ONLY public.remote
    ADD CONSTRAINT pk_remote PRIMARY KEY (id);
ALTER TABLE ONLY public.run
    ADD CONSTRAINT pk_run PRIMARY KEY (id);
ALTER TABLE ONLY public.run_binding
    ADD CONSTRAINT pk_run_binding PRIMARY KEY (id);
ALTER TABLE ONLY public.run_change
    ADD CONSTRAINT pk_run_change PRIMARY KEY (id);
ALTER TABLE ONLY public.run_reason
    ADD CONSTRAINT pk_run_reason PRIMARY KEY (run_id, number);
ALTER TABLE ONLY public.settings_revision
    ADD CONSTRAINT pk_settings_revision PRIMARY KEY (id);
ALTER TABLE ONLY public.site
    ADD CONSTRAINT pk_site PRIMARY KEY (id);
ALTER TABLE ONLY public.software
    ADD CONSTRAINT pk_software PRIMARY KEY (id);
ALTER TABLE ONLY public.stamp
    ADD CONSTRAINT pk_stamp PRIMARY KEY (id);
ALTER TABLE ONLY public.status
    ADD CONSTRAINT pk_status PRIMARY KEY (id);
ALTER TABLE ONLY public.whole_read_day
    ADD CONSTRAINT pk_whole_read_day PRIMARY KEY (source, tenant_id, day);
ALTER TABLE ONLY public.asset_group
    ADD CONSTRAINT uq_asset_group_name UNIQUE (name);
ALTER TABLE ONLY public.asset
    ADD CONSTRAINT uq_asset_tag UNIQUE (tag);
ALTER TABLE ONLY public.asset_type
    ADD CONSTRAINT uq_asset_type_name UNIQUE (name);
ALTER TABLE ONLY public.binding
    ADD CONSTRAINT uq_binding_source_tenant_id_device_id UNIQUE (source, tenant_id, device_id);
ALTER TABLE ONLY public.custom_field
    ADD CONSTRAINT uq_custom_field_name UNIQUE (name);
ALTER TABLE ONLY public.licence
    ADD CONSTRAINT uq_licence_name UNIQUE (name);
ALTER TABLE ONLY public.organisation
    ADD CONSTRAINT uq_organisation_name UNIQUE (name);
ALTER TABLE ONLY public.organisation
    ADD CONSTRAINT uq_organisation_tenant_id UNIQUE (tenant_id);
ALTER TABLE ONLY public.person
    ADD CONSTRAINT uq_person_entra_id UNIQUE (entra_id);
ALTER TABLE ONLY public.run
    ADD CONSTRAINT uq_run_run_id UNIQUE (run_id);
ALTER TABLE ONLY public.site
    ADD CONSTRAINT uq_site_organisation_id_name UNIQUE (organisation_id, name);
ALTER TABLE ONLY public.software
    ADD CONSTRAINT uq_software_name_key UNIQUE (name_key);
ALTER TABLE ONLY public.status
    ADD CONSTRAINT uq_status_name UNIQUE (name);
CREATE INDEX ix_binding_asset_id ON public.binding USING btree (asset_id);
CREATE INDEX ix_run_binding_run_id ON public.run_binding USING btree (run_id);
CREATE INDEX ix_run_change_name ON public.run_change USING btree (name);
CREATE INDEX ix_run_change_run_id ON public.run_change USING btree (run_id);
CREATE INDEX ix_run_started_at ON public.run USING btree (started_at);
CREATE UNIQUE INDEX uq_asset_remote_id ON public.asset USING btree (remote_id);
CREATE UNIQUE INDEX uq_asset_type_remote_id ON public.asset_type USING btree (remote_id);
CREATE UNIQUE INDEX uq_binding_alive ON public.binding USING btree (asset_id) WHERE (presence <> 'deleted'::text);
CREATE UNIQUE INDEX uq_person_remote_id ON public.person USING btree (remote_id);
CREATE UNIQUE INDEX uq_site_remote_id ON public.site USING btree (remote_id);
CREATE UNIQUE INDEX uq_status_remote_id ON public.status USING btree (remote_id);
ALTER TABLE ONLY public.asset
    ADD CONSTRAINT fk_asset_person_id FOREIGN KEY (person_id) REFERENCES public.person(id);
ALTER TABLE ONLY public.asset
    ADD CONSTRAINT fk_asset_site_id FOREIGN KEY (site_id) REFERENCES public.site(id);
ALTER TABLE ONLY public.asset_software
    ADD CONSTRAINT fk_asset_software_asset_id FOREIGN KEY (asset_id) REFERENCES public.asset(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.asset_software
    ADD CONSTRAINT fk_asset_software_software_id FOREIGN KEY (software_id) REFERENCES public.software(id);
ALTER TABLE ONLY public.asset
    ADD CONSTRAINT fk_asset_status_id FOREIGN KEY (status_id) REFERENCES public.status(id);
ALTER TABLE ONLY public.asset_type
    ADD CONSTRAINT fk_asset_type_group_id FOREIGN KEY (group_id) REFERENCES public.asset_group(id);
ALTER TABLE ONLY public.asset
    ADD CONSTRAINT fk_asset_type_id FOREIGN KEY (type_id) REFERENCES public.asset_type(id);
ALTER TABLE ONLY public.binding
    ADD CONSTRAINT fk_binding_asset_id FOREIGN KEY (asset_id) REFERENCES public.asset(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.hold
    ADD CONSTRAINT fk_hold_run_id FOREIGN KEY (run_id) REFERENCES public.run(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.licence_alias
    ADD CONSTRAINT fk_licence_alias_licence_id FOREIGN KEY (licence_id) REFERENCES public.licence(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.person
    ADD CONSTRAINT fk_person_site_id FOREIGN KEY (site_id) REFERENCES public.site(id);
ALTER TABLE ONLY public.pin
    ADD CONSTRAINT fk_pin_asset_id FOREIGN KEY (asset_id) REFERENCES public.asset(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.run_binding
    ADD CONSTRAINT fk_run_binding_run_id FOREIGN KEY (run_id) REFERENCES public.run(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.run_change
    ADD CONSTRAINT fk_run_change_run_id FOREIGN KEY (run_id) REFERENCES public.run(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.run_reason
    ADD CONSTRAINT fk_run_reason_run_id FOREIGN KEY (run_id) REFERENCES public.run(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.run
    ADD CONSTRAINT fk_run_undoes FOREIGN KEY (undoes) REFERENCES public.run(id);
ALTER TABLE ONLY public.run
    ADD CONSTRAINT fk_run_undone_by FOREIGN KEY (undone_by) REFERENCES public.run(id);
ALTER TABLE ONLY public.site
    ADD CONSTRAINT fk_site_organisation_id FOREIGN KEY (organisation_id) REFERENCES public.organisation(id);
ALTER TABLE ONLY public.software
    ADD CONSTRAINT fk_software_licence_id FOREIGN KEY (licence_id) REFERENCES public.licence(id);
ALTER TABLE public.run ADD COLUMN settings text COLLATE pg_catalog."C";
COMMENT ON COLUMN public.run.settings IS 'of what was picked; empty where all settings were applied';
UPDATE public.alembic_version SET version_num = '0004';
