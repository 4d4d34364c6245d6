# Everything that IROA shows of one host and its machines. Objects of a kind are asked for all at once and joined by the
# reader; no cmdlet is called for each machine.

$script:inventory = $true

Section 'hypervisor' $false {
    $settings = Get-VMHost
    $nodes = $null
    try { $nodes = @(Get-VMHostNumaNode).Count } catch { $nodes = $null }
    @{
        logical_processors = Number $settings.LogicalProcessorCount
        memory_bytes = Number $settings.MemoryCapacity
        numa_nodes = $nodes
        numa_spanning = Flag $settings.NumaSpanningEnabled
        migration_enabled = Flag $settings.VirtualMachineMigrationEnabled
        migrations_most = Number $settings.MaximumVirtualMachineMigrations
        storage_migrations_most = Number $settings.MaximumStorageMigrations
        migration_authentication = Choice $settings.VirtualMachineMigrationAuthenticationType
        migration_performance = Choice $settings.VirtualMachineMigrationPerformanceOption
        machine_path = Text $settings.VirtualMachinePath
        disk_path = Text $settings.VirtualHardDiskPath
    }
}

Section 'machines' $true {
    foreach ($vm in Get-VM -ErrorAction SilentlyContinue -ErrorVariable missed) {
        # The properties of a machine in a critical state can fail one by one: that costs this machine alone.
        try {
            @{
                id = Identifier $vm.Id
                name = Text $vm.Name
                state = Choice $vm.State
                status = Text $vm.Status 300
                operational = @(foreach ($status in $vm.OperationalStatus) { Choice $status })
                generation = Number $vm.Generation
                version = Text $vm.Version
                processors = Number $vm.ProcessorCount
                cpu_percent = Number $vm.CPUUsage
                memory_assigned_bytes = Number $vm.MemoryAssigned
                memory_demand_bytes = Number $vm.MemoryDemand
                memory_startup_bytes = Number $vm.MemoryStartup
                memory_minimum_bytes = Number $vm.MemoryMinimum
                memory_maximum_bytes = Number $vm.MemoryMaximum
                dynamic_memory = Flag $vm.DynamicMemoryEnabled
                uptime_ms = Span $vm.Uptime
                created_ms = Time $vm.CreationTime
                notes = Text $vm.Notes
                services_version = Text $vm.IntegrationServicesVersion
                heartbeat = Choice $vm.Heartbeat
                parent_checkpoint = Identifier $vm.ParentSnapshotId
                replication_mode = Choice $vm.ReplicationMode
                replication_state = Choice $vm.ReplicationState
                replication_health = Choice $vm.ReplicationHealth
                clustered = Flag $vm.IsClustered
                path = Text $vm.ConfigurationLocation
                start_action = Choice $vm.AutomaticStartAction
                start_delay_s = Number $vm.AutomaticStartDelay
                stop_action = Choice $vm.AutomaticStopAction
                error = $null
            }
        } catch {
            @{ id = Identifier $vm.Id; name = Text $vm.Name; state = Choice $vm.State; error = Explain $_ }
        }
    }
    # A list that could not be had at all is no short list.
    if ($missed -and -not $vm) { throw $missed[0] }
    Remember $missed
}

# The realized configurations of all machines: what Get-VM does not tell without a call for each machine.
Section 'settings' $true {
    $query = "SELECT * FROM Msvm_VirtualSystemSettingData WHERE VirtualSystemType='Microsoft:Hyper-V:System:Realized'"
    foreach ($setting in Get-CimInstance -Namespace root/virtualization/v2 -Query $query) {
        @{
            machine = Identifier $setting.VirtualSystemIdentifier
            bios_uuid = Identifier $setting.BIOSGUID
            secure_boot = Flag $setting.SecureBootEnabled
        }
    }
}

# Server 2016 and newer.
Section 'security' $true {
    $settings = @()
    try {
        $settings = Get-CimInstance -Namespace root/virtualization/v2 -ClassName Msvm_SecuritySettingData
    } catch {
        if ([Environment]::OSVersion.Version.Major -ge 10) { throw }
    }
    foreach ($setting in $settings) {
        @{
            id = Text $setting.InstanceID
            tpm = Flag $setting.TpmEnabled
            shielded = Flag $setting.ShieldingRequested
        }
    }
}

$script:paths = @()
Section 'disks' $true {
    foreach ($disk in Get-VMHardDiskDrive -VMName * -ErrorAction SilentlyContinue -ErrorVariable missed) {
        $path = Text $disk.Path
        if ($path -and ($null -eq $disk.DiskNumber)) { $script:paths += $path }
        @{
            machine = Identifier $disk.VMId
            controller = Choice $disk.ControllerType
            controller_number = Number $disk.ControllerNumber
            controller_location = Number $disk.ControllerLocation
            path = $path
            physical_disk = Number $disk.DiskNumber
        }
    }
    Remember $missed
}

# The files of all disks, then the parents of those that have one: one call for each generation of parents.
Section 'images' $true {
    $seen = @{}
    $wanted = @($script:paths)
    $generation = 0
    while ($wanted.Count -and ($generation -lt 50)) {
        $generation += 1
        $now = @(foreach ($path in $wanted) {
            $key = $path.ToLowerInvariant()
            if (-not $seen.ContainsKey($key)) { $seen[$key] = $true; $path }
        })
        $wanted = @()
        if (-not $now.Count) { break }
        foreach ($image in Get-VHD -Path $now -ErrorAction SilentlyContinue -ErrorVariable missed) {
            if ($image.ParentPath) { $wanted += [string]$image.ParentPath }
            @{
                path = Text $image.Path
                format = Choice $image.VhdFormat
                kind = Choice $image.VhdType
                size_bytes = Number $image.Size
                file_bytes = Number $image.FileSize
                parent = Text $image.ParentPath
            }
        }
        Remember $missed
    }
}

Section 'adapters' $true {
    foreach ($adapter in Get-VMNetworkAdapter -VMName * -ErrorAction SilentlyContinue -ErrorVariable missed) {
        $vlan = $adapter.VlanSetting
        @{
            machine = Identifier $adapter.VMId
            id = Text $adapter.Id
            name = Text $adapter.Name
            legacy = Flag $adapter.IsLegacy
            mac = Mac $adapter.MacAddress
            connected = Flag $adapter.Connected
            switch_id = Identifier $adapter.SwitchId
            switch_name = Text $adapter.SwitchName
            vlan_mode = $(if ($vlan) { Choice $vlan.OperationMode } else { $null })
            vlan = $(if ($vlan) { Number $vlan.AccessVlanId } else { $null })
            vlan_trunk = $(if ($vlan) { Text $vlan.AllowedVlanIdListString } else { $null })
            addresses = @(foreach ($address in $adapter.IPAddresses) { if ($address) { [string]$address } })
        }
    }
    Remember $missed
}

Section 'checkpoints' $true {
    foreach ($checkpoint in Get-VMSnapshot -VMName * -ErrorAction SilentlyContinue -ErrorVariable missed) {
        @{
            machine = Identifier $checkpoint.VMId
            id = Identifier $checkpoint.Id
            name = Text $checkpoint.Name
            notes = Text $checkpoint.Notes
            kind = Choice $checkpoint.SnapshotType
            parent = Identifier $checkpoint.ParentSnapshotId
            created_ms = Time $checkpoint.CreationTime
        }
    }
    Remember $missed
}

Section 'replication' $true {
    foreach ($relation in Get-VMReplication -ErrorAction SilentlyContinue -ErrorVariable missed) {
        @{
            machine = Identifier $relation.VMId
            mode = Choice $relation.Mode
            state = Choice $relation.State
            health = Choice $relation.Health
            primary_server = Text $relation.PrimaryServer
            replica_server = Text $relation.ReplicaServer
            frequency_s = Number $relation.FrequencySec
            last_ms = Time $relation.LastReplicationTime
        }
    }
    Remember $missed
}

# Names of integration services are translated; the end of their identifier is not.
Section 'services' $true {
    foreach ($service in Get-VMIntegrationService -VMName * -ErrorAction SilentlyContinue -ErrorVariable missed) {
        @{
            machine = Identifier $service.VMId
            id = Text $service.Id
            name = Text $service.Name
            enabled = Flag $service.Enabled
            status = Choice $service.PrimaryOperationalStatus
        }
    }
    Remember $missed
}

# What guests say of themselves, as XML items: only the few that are shown travel.
Section 'guests' $true {
    $wanted = 'OSName', 'OSVersion', 'FullyQualifiedDomainName', 'IntegrationServicesVersion'
    $pairs = 'NAME="Name"[^>]*><VALUE>([^<]*)</VALUE>', 'NAME="Data"[^>]*><VALUE>([^<]*)</VALUE>'
    $components = Get-CimInstance -Namespace root/virtualization/v2 -ClassName Msvm_KvpExchangeComponent
    foreach ($component in $components) {
        $facts = @{ machine = Identifier $component.SystemName }
        foreach ($item in $component.GuestIntrinsicExchangeItems) {
            $name = [regex]::Match($item, $pairs[0]).Groups[1].Value
            if ($wanted -contains $name) {
                $facts[$name] = Text ([Net.WebUtility]::HtmlDecode([regex]::Match($item, $pairs[1]).Groups[1].Value)) 300
            }
        }
        if ($facts.Count -gt 1) { $facts }
    }
}

Section 'switches' $true {
    foreach ($switch in Get-VMSwitch) {
        $uplinks = $switch.NetAdapterInterfaceDescriptions
        if (-not $uplinks) { $uplinks = $switch.NetAdapterInterfaceDescription }
        @{
            id = Identifier $switch.Id
            name = Text $switch.Name
            kind = Choice $switch.SwitchType
            notes = Text $switch.Notes
            management_os = Flag $switch.AllowManagementOS
            teaming = Flag $switch.EmbeddedTeamingEnabled
            uplinks = @(foreach ($uplink in $uplinks) { if ($uplink) { [string]$uplink } })
        }
    }
}

Section 'nics' $true {
    foreach ($nic in Get-NetAdapter -Physical) {
        @{
            name = Text $nic.Name
            description = Text $nic.InterfaceDescription
            mac = Mac $nic.MacAddress
            up = ([string]$nic.Status) -eq 'Up'
            bits_per_s = Number $nic.Speed
            driver = Text $nic.DriverFileName
        }
    }
}

# Counters by their classes, whose names are not translated; by their paths where the classes are missing.
Section 'counters' $false {
    $total = $null
    $machines = @{}
    try {
        $query = "SELECT Name,PercentTotalRunTime FROM Win32_PerfFormattedData_HvStats_HyperVHypervisorLogicalProcessor WHERE Name='_Total'"
        foreach ($row in Get-CimInstance -Query $query) { $total = Number $row.PercentTotalRunTime }
        $query = 'SELECT Name,PercentTotalRunTime FROM Win32_PerfFormattedData_HvStats_HyperVHypervisorVirtualProcessor'
        foreach ($row in Get-CimInstance -Query $query) {
            # web1:Hv VP 0
            $name = ([string]$row.Name) -replace ':[^:]*$', ''
            if ($name -ne '_Total') { $machines[$name] = [long]$machines[$name] + [long]$row.PercentTotalRunTime }
        }
    } catch {
        $counter = Get-Counter -Counter '\Hyper-V Hypervisor Logical Processor(_Total)\% Total Run Time'
        $total = Number ([Math]::Round($counter.CounterSamples[0].CookedValue))
    }
    @{
        cpu_percent = $total
        # The sum over the machine's virtual processors: two that are busy are 200.
        machines = @(foreach ($name in $machines.Keys) { @{ name = Text $name; percent = $machines[$name] } })
    }
}
