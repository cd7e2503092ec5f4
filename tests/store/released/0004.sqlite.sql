BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE asset (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tag TEXT NOT NULL CONSTRAINT ck_asset_tag CHECK (tag <> ''), 
	type_id INTEGER, 
	site_id INTEGER, 
	status_id INTEGER, 
	person_id INTEGER, 
	name TEXT CONSTRAINT ck_asset_name CHECK (length(name) <= 255), 
	serial_number TEXT CONSTRAINT ck_asset_serial_number CHECK (length(serial_number) <= 255), 
	manufacturer TEXT CONSTRAINT ck_asset_manufacturer CHECK (length(manufacturer) <= 255), 
	model TEXT CONSTRAINT ck_asset_model CHECK (length(model) <= 255), 
	operating_system TEXT CONSTRAINT ck_asset_operating_system CHECK (length(operating_system) <= 255), 
	os_version TEXT CONSTRAINT ck_asset_os_version CHECK (length(os_version) <= 255), 
	wifi_mac TEXT CONSTRAINT ck_asset_wifi_mac CHECK (length(wifi_mac) <= 64), 
	ethernet_mac TEXT CONSTRAINT ck_asset_ethernet_mac CHECK (length(ethernet_mac) <= 64), 
	imei TEXT CONSTRAINT ck_asset_imei CHECK (length(imei) <= 64), 
	phone_number TEXT CONSTRAINT ck_asset_phone_number CHECK (length(phone_number) <= 64), 
	storage_gb NUMERIC, 
	memory_gb NUMERIC, 
	ownership TEXT CONSTRAINT ck_asset_ownership CHECK (length(ownership) <= 64), 
	compliance TEXT CONSTRAINT ck_asset_compliance CHECK (length(compliance) <= 64), 
	encrypted BOOLEAN, 
	enrolled_at TEXT CONSTRAINT ck_asset_enrolled_at CHECK (enrolled_at LIKE '____-__-__T________Z'), 
	last_check_in TEXT CONSTRAINT ck_asset_last_check_in CHECK (last_check_in LIKE '____-__-__T________Z'), 
	warranty_start TEXT CONSTRAINT ck_asset_warranty_start CHECK (warranty_start LIKE '____-__-__'), 
	warranty_end TEXT CONSTRAINT ck_asset_warranty_end CHECK (warranty_end LIKE '____-__-__'), 
	notes TEXT CONSTRAINT ck_asset_notes CHECK (length(notes) <= 10000), 
	custom TEXT DEFAULT '{}' NOT NULL, 
	version INTEGER DEFAULT 1 NOT NULL CONSTRAINT ck_asset_version CHECK (version > 0), 
	created_at TEXT NOT NULL, 
	updated_at TEXT NOT NULL, remote_id TEXT, 
	CONSTRAINT ck_asset_custom CHECK (json_valid(custom) AND json_type(custom) = 'object'), 
	CONSTRAINT uq_asset_tag UNIQUE (tag), 
	CONSTRAINT fk_asset_type_id FOREIGN KEY(type_id) REFERENCES asset_type (id), 
	CONSTRAINT fk_asset_site_id FOREIGN KEY(site_id) REFERENCES site (id), 
	CONSTRAINT fk_asset_status_id FOREIGN KEY(status_id) REFERENCES status (id), 
	CONSTRAINT fk_asset_person_id FOREIGN KEY(person_id) REFERENCES person (id), 
	CONSTRAINT ck_asset_encrypted CHECK (encrypted IN (0, 1))
);
INSERT INTO "asset" VALUES(1,'AST-000001',1,2,1,1,'LT-1','ABC1',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,256,15.8,NULL,NULL,1,NULL,'2026-11-23T08:00:00Z',NULL,'2029-01-31',NULL,'{"department":"Sales","managed_by":"Intune"}',1,'2026-12-01T05:30:09Z','2026-12-01T05:30:09Z',NULL);
INSERT INTO "asset" VALUES(2,'AST-000002',1,NULL,NULL,NULL,'LT-2','ABC 2',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{}',1,'2026-12-01T05:30:09Z','2026-12-01T05:30:09Z',NULL);
CREATE TABLE asset_group (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL CONSTRAINT ck_asset_group_name CHECK (name <> ''), 
	CONSTRAINT pk_asset_group PRIMARY KEY (id), 
	CONSTRAINT uq_asset_group_name UNIQUE (name)
);
INSERT INTO "asset_group" VALUES(1,'Computers');
CREATE TABLE asset_software (
	asset_id INTEGER NOT NULL, 
	software_id INTEGER NOT NULL, 
	version TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_asset_software PRIMARY KEY (asset_id, software_id, version), 
	CONSTRAINT fk_asset_software_asset_id FOREIGN KEY(asset_id) REFERENCES asset (id) ON DELETE CASCADE, 
	CONSTRAINT fk_asset_software_software_id FOREIGN KEY(software_id) REFERENCES software (id)
);
CREATE TABLE asset_type (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL CONSTRAINT ck_asset_type_name CHECK (name <> ''), 
	group_id INTEGER NOT NULL, remote_id TEXT, 
	CONSTRAINT pk_asset_type PRIMARY KEY (id), 
	CONSTRAINT uq_asset_type_name UNIQUE (name), 
	CONSTRAINT fk_asset_type_group_id FOREIGN KEY(group_id) REFERENCES asset_group (id)
);
INSERT INTO "asset_type" VALUES(1,'Laptop',1,NULL);
INSERT INTO "asset_type" VALUES(2,'Virtual Machine',1,NULL);
CREATE TABLE attempt (
	id INTEGER NOT NULL, 
	started_at TEXT NOT NULL, 
	failed_at TEXT NOT NULL, 
	who TEXT NOT NULL, 
	from_where TEXT NOT NULL, 
	settings_commit TEXT, 
	exit_code INTEGER NOT NULL, 
	error TEXT NOT NULL, 
	unread TEXT NOT NULL, 
	run_id TEXT, 
	CONSTRAINT pk_attempt PRIMARY KEY (id)
);
CREATE TABLE binding (
	id INTEGER NOT NULL, 
	source TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	device_id TEXT NOT NULL CONSTRAINT ck_binding_device_id CHECK (device_id <> ''), 
	asset_id INTEGER NOT NULL, 
	presence TEXT NOT NULL CONSTRAINT ck_binding_presence CHECK (presence IN ('present', 'missing', 'excluded', 'deleted')), 
	bound_at TEXT NOT NULL, 
	missing_since TEXT, 
	missing_reads INTEGER NOT NULL CONSTRAINT ck_binding_missing_reads CHECK (missing_reads >= 0), 
	unlisted_reads INTEGER NOT NULL CONSTRAINT ck_binding_unlisted_reads CHECK (unlisted_reads >= 0), 
	inactive_since TEXT, 
	status_before TEXT, 
	status_set TEXT, superseded TEXT CONSTRAINT ck_binding_superseded CHECK (substr(superseded, 1, 1) = '{'), 
	CONSTRAINT pk_binding PRIMARY KEY (id), 
	CONSTRAINT uq_binding_source_tenant_id_device_id UNIQUE (source, tenant_id, device_id), 
	CONSTRAINT fk_binding_asset_id FOREIGN KEY(asset_id) REFERENCES asset (id) ON DELETE CASCADE
);
INSERT INTO "binding" VALUES(1,'intune','7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11','d1',1,'present','2026-11-23T08:00:00Z',NULL,0,0,NULL,NULL,'In Use',NULL);
INSERT INTO "binding" VALUES(2,'intune','7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11','d2',2,'present','2026-11-23T08:00:00Z',NULL,0,0,NULL,NULL,NULL,NULL);
CREATE TABLE connection_read (
	source TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	read_at TEXT NOT NULL, 
	CONSTRAINT pk_connection_read PRIMARY KEY (source, tenant_id)
);
INSERT INTO "connection_read" VALUES('intune','7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11','2026-11-23T08:00:00Z');
CREATE TABLE custom_field (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL CONSTRAINT ck_custom_field_name CHECK (name <> ''), 
	label TEXT, 
	type TEXT NOT NULL CONSTRAINT ck_custom_field_type CHECK (type IN ('text', 'number', 'integer', 'date', 'datetime', 'boolean', 'choice')), 
	max_length INTEGER CONSTRAINT ck_custom_field_max_length CHECK (max_length > 0), 
	choices TEXT DEFAULT '[]' NOT NULL, 
	CONSTRAINT pk_custom_field PRIMARY KEY (id), 
	CONSTRAINT uq_custom_field_name UNIQUE (name)
);
INSERT INTO "custom_field" VALUES(1,'department','Department','text',80,'[]');
INSERT INTO "custom_field" VALUES(2,'managed_by','Managed by','choice',NULL,'["Intune","Nobody"]');
CREATE TABLE hold (
	tenant_id TEXT NOT NULL, 
	run_id INTEGER NOT NULL, 
	since TEXT NOT NULL, 
	settings TEXT NOT NULL, 
	CONSTRAINT pk_hold PRIMARY KEY (tenant_id), 
	CONSTRAINT fk_hold_run_id FOREIGN KEY(run_id) REFERENCES run (id) ON DELETE CASCADE
);
CREATE TABLE intent (
	run_id TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	state TEXT NOT NULL CONSTRAINT ck_intent_state CHECK (state IN ('planned', 'sent', 'done', 'conflict', 'failed')), 
	change TEXT NOT NULL, 
	remote_id TEXT, 
	message TEXT, 
	facts TEXT NOT NULL, 
	updated_at TEXT NOT NULL, 
	CONSTRAINT pk_intent PRIMARY KEY (run_id, number)
);
CREATE TABLE lease (
	id INTEGER NOT NULL CONSTRAINT ck_lease_one_row CHECK (id = 1), 
	lease_id TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	since TEXT NOT NULL, 
	expires TEXT NOT NULL, 
	held BOOLEAN NOT NULL, 
	fencing INTEGER NOT NULL, 
	CONSTRAINT pk_lease PRIMARY KEY (id), 
	CONSTRAINT ck_lease_held CHECK (held IN (0, 1))
);
INSERT INTO "lease" VALUES(1,'0d6da6db','ann on laptop','2026-12-01T05:30:08Z','2026-12-01T05:45:08Z',0,1);
CREATE TABLE lease_holder (
	id INTEGER NOT NULL CONSTRAINT ck_lease_holder_one_row CHECK (id = 1), 
	lease_id TEXT NOT NULL, 
	machine TEXT NOT NULL, 
	process INTEGER NOT NULL, 
	process_started TEXT NOT NULL, 
	CONSTRAINT pk_lease_holder PRIMARY KEY (id)
);
CREATE TABLE licence (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL CONSTRAINT ck_licence_name CHECK (name <> ''), 
	seats INTEGER CONSTRAINT ck_licence_seats CHECK (seats >= 0), 
	CONSTRAINT pk_licence PRIMARY KEY (id), 
	CONSTRAINT uq_licence_name UNIQUE (name)
);
INSERT INTO "licence" VALUES(1,'Visio',40);
CREATE TABLE licence_alias (
	licence_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	CONSTRAINT pk_licence_alias PRIMARY KEY (licence_id, name), 
	CONSTRAINT fk_licence_alias_licence_id FOREIGN KEY(licence_id) REFERENCES licence (id) ON DELETE CASCADE
);
INSERT INTO "licence_alias" VALUES(1,'Microsoft Visio');
INSERT INTO "licence_alias" VALUES(1,'Visio 2021');
CREATE TABLE open_run (
	run_id TEXT NOT NULL, 
	origin TEXT NOT NULL, 
	settings TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	"plan" TEXT NOT NULL, 
	CONSTRAINT pk_open_run PRIMARY KEY (run_id)
);
CREATE TABLE organisation (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL CONSTRAINT ck_organisation_name CHECK (name <> ''), 
	tenant_id TEXT, 
	CONSTRAINT pk_organisation PRIMARY KEY (id), 
	CONSTRAINT uq_organisation_name UNIQUE (name), 
	CONSTRAINT uq_organisation_tenant_id UNIQUE (tenant_id)
);
INSERT INTO "organisation" VALUES(1,'Contoso',NULL);
CREATE TABLE person (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name TEXT NOT NULL CONSTRAINT ck_person_name CHECK (name <> ''), 
	upn TEXT, 
	mail TEXT, 
	employee_id TEXT, 
	site_id INTEGER, 
	active BOOLEAN DEFAULT 1 NOT NULL, 
	entra_id TEXT, remote_id TEXT, also_entra_ids TEXT, 
	CONSTRAINT uq_person_entra_id UNIQUE (entra_id), 
	CONSTRAINT fk_person_site_id FOREIGN KEY(site_id) REFERENCES site (id), 
	CONSTRAINT ck_person_active CHECK (active IN (0, 1))
);
INSERT INTO "person" VALUES(1,'Ann','ann@contoso.com',NULL,NULL,2,1,'e-ann@contoso.com',NULL,NULL);
INSERT INTO "person" VALUES(2,'Bob','bob@contoso.com',NULL,NULL,NULL,1,'e-bob@contoso.com',NULL,NULL);
CREATE TABLE pin (
	asset_id INTEGER NOT NULL, 
	field TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	pinned_by TEXT, 
	pinned_at TEXT NOT NULL, 
	CONSTRAINT pk_pin PRIMARY KEY (asset_id, field), 
	CONSTRAINT fk_pin_asset_id FOREIGN KEY(asset_id) REFERENCES asset (id) ON DELETE CASCADE
);
INSERT INTO "pin" VALUES(1,'name','it is right','ann','2026-11-23T08:00:00Z');
CREATE TABLE proof (
	name TEXT NOT NULL, 
	answer TEXT NOT NULL, 
	version TEXT NOT NULL, 
	proven_at TEXT NOT NULL, 
	CONSTRAINT pk_proof PRIMARY KEY (name)
);
CREATE TABLE remote (
	id INTEGER NOT NULL CONSTRAINT ck_remote_one_row CHECK (id = 1), 
	product TEXT NOT NULL, 
	url TEXT NOT NULL, 
	facts TEXT NOT NULL, 
	CONSTRAINT pk_remote PRIMARY KEY (id)
);
CREATE TABLE run (
	id INTEGER NOT NULL, 
	run_id TEXT NOT NULL, 
	instance TEXT NOT NULL, 
	started_at TEXT NOT NULL, 
	finished_at TEXT NOT NULL, 
	who TEXT NOT NULL, 
	from_where TEXT NOT NULL, 
	settings_commit TEXT, 
	settings_clean BOOLEAN NOT NULL, 
	plan_digest TEXT NOT NULL, 
	counts TEXT NOT NULL, 
	allowances TEXT NOT NULL, 
	because TEXT, 
	usage TEXT NOT NULL, 
	revision TEXT NOT NULL, 
	undone_by INTEGER, 
	undoes INTEGER, pruned_at TEXT, 
	CONSTRAINT pk_run PRIMARY KEY (id), 
	CONSTRAINT uq_run_run_id UNIQUE (run_id), 
	CONSTRAINT ck_run_settings_clean CHECK (settings_clean IN (0, 1)), 
	CONSTRAINT fk_run_undone_by FOREIGN KEY(undone_by) REFERENCES run (id), 
	CONSTRAINT fk_run_undoes FOREIGN KEY(undoes) REFERENCES run (id)
);
INSERT INTO "run" VALUES(1,'20261123-080000-c2d2','prod','2026-11-23T08:00:00Z','2026-12-01T05:30:09Z','ann','laptop','3f2c1d',1,'p1','{"catalogue-create":11,"created":2,"user-create":2}','{}',NULL,'[{"source":"intune","tenantId":"7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11","bound":0,"counts":{}}]','4962e425f9ada15e95c9f279d22bb199',NULL,NULL,NULL);
CREATE TABLE run_binding (
	id INTEGER NOT NULL, 
	run_id INTEGER NOT NULL, 
	connection TEXT NOT NULL, 
	source TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	asset TEXT NOT NULL, 
	"before" TEXT, 
	"after" TEXT, 
	reason INTEGER NOT NULL, 
	CONSTRAINT pk_run_binding PRIMARY KEY (id), 
	CONSTRAINT fk_run_binding_run_id FOREIGN KEY(run_id) REFERENCES run (id) ON DELETE CASCADE
);
INSERT INTO "run_binding" VALUES(1,1,'intune','intune','7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11','AST-000001',NULL,'{"deviceId":"d1","presence":"present","boundAt":"2026-11-23T08:00:00Z","statusSet":"In Use"}',3);
INSERT INTO "run_binding" VALUES(2,1,'intune','intune','7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11','AST-000002',NULL,'{"deviceId":"d2","presence":"present","boundAt":"2026-11-23T08:00:00Z"}',3);
CREATE TABLE run_change (
	id INTEGER NOT NULL, 
	run_id INTEGER NOT NULL, 
	subject TEXT NOT NULL CONSTRAINT ck_run_change_subject CHECK (subject IN ('catalogue', 'user', 'asset')), 
	action TEXT NOT NULL CONSTRAINT ck_run_change_action CHECK (action IN ('create', 'update', 'delete')), 
	name TEXT NOT NULL, 
	label TEXT NOT NULL, 
	connection TEXT, 
	device_id TEXT, 
	kinds TEXT NOT NULL, 
	attributes TEXT NOT NULL, 
	CONSTRAINT pk_run_change PRIMARY KEY (id), 
	CONSTRAINT fk_run_change_run_id FOREIGN KEY(run_id) REFERENCES run (id) ON DELETE CASCADE
);
INSERT INTO "run_change" VALUES(1,1,'catalogue','create','organisation/Contoso','organisation/Contoso',NULL,NULL,'[]','[]');
INSERT INTO "run_change" VALUES(2,1,'catalogue','create','site/Contoso/Head Office','site/Contoso/Head Office',NULL,NULL,'[]','[]');
INSERT INTO "run_change" VALUES(3,1,'catalogue','create','site/Contoso/Leeds','site/Contoso/Leeds',NULL,NULL,'[]','[]');
INSERT INTO "run_change" VALUES(4,1,'catalogue','create','status/In Use','status/In Use',NULL,NULL,'[]','[]');
INSERT INTO "run_change" VALUES(5,1,'catalogue','create','status/Retired','status/Retired',NULL,NULL,'[]','[]');
INSERT INTO "run_change" VALUES(6,1,'catalogue','create','group/Computers','group/Computers',NULL,NULL,'[]','[]');
INSERT INTO "run_change" VALUES(7,1,'catalogue','create','type/Laptop','type/Laptop',NULL,NULL,'[]','[["group",null,"Computers",0]]');
INSERT INTO "run_change" VALUES(8,1,'catalogue','create','type/Virtual Machine','type/Virtual Machine',NULL,NULL,'[]','[["group",null,"Computers",0]]');
INSERT INTO "run_change" VALUES(9,1,'catalogue','create','field/department','field/department',NULL,NULL,'[]','[["type",null,"text",0],["label",null,"Department",0],["maxLength",null,80,0]]');
INSERT INTO "run_change" VALUES(10,1,'catalogue','create','field/managed_by','field/managed_by',NULL,NULL,'[]','[["type",null,"choice",0],["label",null,"Managed by",0],["choices",null,"[\"Intune\", \"Nobody\"]",0]]');
INSERT INTO "run_change" VALUES(11,1,'catalogue','create','licence/Visio','licence/Visio',NULL,NULL,'[]','[["seats",null,40,0],["alsoKnownAs",null,"[\"Visio 2021\", \"Microsoft Visio\"]",0]]');
INSERT INTO "run_change" VALUES(12,1,'user','create','ann@contoso.com','ann@contoso.com',NULL,NULL,'[]','[["name",null,"Ann",1],["upn",null,"ann@contoso.com",1],["active",null,true,1],["entraId",null,"e-ann@contoso.com",1],["site",null,"Contoso/Leeds",1]]');
INSERT INTO "run_change" VALUES(13,1,'user','create','bob@contoso.com','bob@contoso.com',NULL,NULL,'[]','[["name",null,"Bob",1],["upn",null,"bob@contoso.com",1],["active",null,true,1],["entraId",null,"e-bob@contoso.com",1]]');
INSERT INTO "run_change" VALUES(14,1,'asset','create','AST-000001','LT-1','intune','d1','["created"]','[["type",null,"Laptop",2],["site",null,"Contoso/Leeds",2],["status",null,"In Use",2],["user",null,"ann@contoso.com",2],["name",null,"LT-1",2],["serialNumber",null,"ABC1",2],["storageGb",null,256,2],["memoryGb",null,15.8,2],["encrypted",null,true,2],["lastCheckIn",null,"2026-11-23T08:00:00Z",2],["warrantyEnd",null,"2029-01-31",2],["custom.department",null,"Sales",2],["custom.managed_by",null,"Intune",2]]');
INSERT INTO "run_change" VALUES(15,1,'asset','create','AST-000002','LT-2','intune','d2','["created"]','[["type",null,"Laptop",2],["name",null,"LT-2",2],["serialNumber",null,"ABC 2",2]]');
CREATE TABLE run_reason (
	run_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	rule TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	CONSTRAINT pk_run_reason PRIMARY KEY (run_id, number), 
	CONSTRAINT fk_run_reason_run_id FOREIGN KEY(run_id) REFERENCES run (id) ON DELETE CASCADE
);
INSERT INTO "run_reason" VALUES(1,0,'K2','because');
INSERT INTO "run_reason" VALUES(1,1,'U4','because');
INSERT INTO "run_reason" VALUES(1,2,'F1','because');
INSERT INTO "run_reason" VALUES(1,3,'row 1','as read');
CREATE TABLE settings_revision (
	id INTEGER NOT NULL, 
	digest TEXT NOT NULL, 
	applied_at TEXT NOT NULL, 
	settings_commit TEXT, 
	enabled TEXT NOT NULL, 
	document TEXT NOT NULL, 
	CONSTRAINT pk_settings_revision PRIMARY KEY (id)
);
INSERT INTO "settings_revision" VALUES(1,'s1','2026-12-01T05:30:09Z','3f2c1d','{"intune":true}','{"a":1}');
CREATE TABLE site (
	id INTEGER NOT NULL, 
	organisation_id INTEGER NOT NULL, 
	name TEXT NOT NULL CONSTRAINT ck_site_name CHECK (name <> ''), remote_id TEXT, 
	CONSTRAINT pk_site PRIMARY KEY (id), 
	CONSTRAINT uq_site_organisation_id_name UNIQUE (organisation_id, name), 
	CONSTRAINT fk_site_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisation (id)
);
INSERT INTO "site" VALUES(1,1,'Head Office',NULL);
INSERT INTO "site" VALUES(2,1,'Leeds',NULL);
CREATE TABLE software (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL CONSTRAINT ck_software_name CHECK (name <> ''), 
	name_key TEXT NOT NULL, 
	publisher TEXT, 
	licence_id INTEGER, 
	CONSTRAINT pk_software PRIMARY KEY (id), 
	CONSTRAINT uq_software_name_key UNIQUE (name_key), 
	CONSTRAINT fk_software_licence_id FOREIGN KEY(licence_id) REFERENCES licence (id)
);
CREATE TABLE stamp (
	id INTEGER NOT NULL CONSTRAINT ck_stamp_one_row CHECK (id = 1), 
	instance TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	store_id TEXT NOT NULL, 
	adopted_from TEXT, 
	revision TEXT DEFAULT '' NOT NULL, 
	highest_tag INTEGER DEFAULT 0 NOT NULL, 
	created_at TEXT NOT NULL, 
	CONSTRAINT pk_stamp PRIMARY KEY (id)
);
INSERT INTO "stamp" VALUES(1,'prod','production','88055dba878a3ec2',NULL,'4962e425f9ada15e95c9f279d22bb199',2,'2026-12-01T05:30:09Z');
CREATE TABLE status (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL CONSTRAINT ck_status_name CHECK (name <> ''), remote_id TEXT, 
	CONSTRAINT pk_status PRIMARY KEY (id), 
	CONSTRAINT uq_status_name UNIQUE (name)
);
INSERT INTO "status" VALUES(1,'In Use',NULL);
INSERT INTO "status" VALUES(2,'Retired',NULL);
CREATE TABLE whole_read_day (
	source TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	day TEXT NOT NULL, 
	CONSTRAINT pk_whole_read_day PRIMARY KEY (source, tenant_id, day)
);
INSERT INTO "whole_read_day" VALUES('intune','7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11','2026-11-23');
CREATE INDEX ix_binding_asset_id ON binding (asset_id);
CREATE UNIQUE INDEX uq_binding_alive ON binding (asset_id) WHERE presence <> 'deleted';
CREATE INDEX ix_run_started_at ON run (started_at);
CREATE INDEX ix_run_change_name ON run_change (name);
CREATE INDEX ix_run_change_run_id ON run_change (run_id);
CREATE INDEX ix_run_binding_run_id ON run_binding (run_id);
CREATE VIEW asset_overview AS
SELECT
    asset.id,
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
        WHEN binding.id IS NULL THEN 'never matched'
        WHEN binding.presence <> 'present' THEN binding.presence
    END AS not_updated_because,
    asset.version,
    asset.created_at,
    asset.updated_at
FROM asset
LEFT JOIN asset_type ON asset_type.id = asset.type_id
LEFT JOIN asset_group ON asset_group.id = asset_type.group_id
LEFT JOIN site ON site.id = asset.site_id
LEFT JOIN organisation ON organisation.id = site.organisation_id
LEFT JOIN status ON status.id = asset.status_id
LEFT JOIN person ON person.id = asset.person_id
LEFT JOIN binding ON binding.id = (
    SELECT one.id FROM binding AS one WHERE one.asset_id = asset.id
    ORDER BY CASE one.presence WHEN 'deleted' THEN 1 ELSE 0 END, one.id DESC LIMIT 1
)
LEFT JOIN connection_read
    ON connection_read.source = binding.source AND connection_read.tenant_id = binding.tenant_id;
CREATE UNIQUE INDEX uq_asset_remote_id ON asset (remote_id);
CREATE UNIQUE INDEX uq_person_remote_id ON person (remote_id);
CREATE UNIQUE INDEX uq_site_remote_id ON site (remote_id);
CREATE UNIQUE INDEX uq_asset_type_remote_id ON asset_type (remote_id);
CREATE UNIQUE INDEX uq_status_remote_id ON status (remote_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('person',2);
INSERT INTO "sqlite_sequence" VALUES('asset',2);
ALTER TABLE run ADD COLUMN settings TEXT;
UPDATE alembic_version SET version_num = '0004';
COMMIT;
