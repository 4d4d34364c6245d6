# Reads everything that IROA shows of one Hyper-V host, in one go, and changes nothing.
#
# Windows PowerShell 4 to 5.1 and PowerShell 7, Server 2012 R2 to 2025. ASCII only: it arrives through the standard
# input, which Windows decodes by the code page of the console. No here-strings: the text is sent without its comments
# and indentation. Objects of a kind are asked for all at once and joined by the reader; no cmdlet is called for each
# machine. Each section is a line of JSON, {section, ok, data, error}, between two marks; a section that failed costs
# itself alone, "ok" with an error means that a part of it is missing.

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$WarningPreference = 'SilentlyContinue'
# Windows PowerShell adds members to arrays that would be written as {"value":[],"Count":0}.
Remove-TypeData -TypeName System.Array -ErrorAction SilentlyContinue

$output = [Console]::OpenStandardOutput()
$utf8 = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false
$script:sections = 0
$script:problems = @()

# Bytes, not text: whatever the code page of the console is, this is UTF-8.
function Write-Line($text) {
    $bytes = $utf8.GetBytes($text + "`n")
    $output.Write($bytes, 0, $bytes.Length)
}

function Text($value, $most = 4000) {
    if ($null -eq $value) { return $null }
    $text = [string]$value
    if ($text.Length -gt $most) { $text = $text.Substring(0, $most) }
    return $text
}

function Number($value) {
    if ($null -eq $value) { return $null }
    # Some counters are larger than a signed number of 64 bits can be.
    if ($value -gt [long]::MaxValue) { return $null }
    return [long]$value
}

function Flag($value) {
    if ($null -eq $value) { return $null }
    return [bool]$value
}

# An enumeration: its number, which never changes, and its name, which is not translated.
function Choice($value) {
    if ($null -eq $value) { return $null }
    $number = $null
    try { $number = [long]$value } catch { $number = $null }
    return @{ n = $number; t = [string]$value }
}

# UTC milliseconds since 1970. Hyper-V says "never" with the year 1 or 1601.
function Time($value) {
    if ($null -eq $value) { return $null }
    if ($value -isnot [DateTime]) { return [string]$value }
    if ($value.Year -lt 1971) { return $null }
    return [long][Math]::Floor(($value.ToUniversalTime().Ticks - 621355968000000000) / 10000)
}

function Span($value) {
    if ($null -eq $value) { return $null }
    if ($value -isnot [TimeSpan]) { return [string]$value }
    return [long][Math]::Floor($value.TotalMilliseconds)
}

function Identifier($value) {
    if ($null -eq $value) { return $null }
    return ([string]$value).ToLowerInvariant()
}

function Mac($value) {
    if (-not $value) { return $null }
    return ([string]$value) -replace '[^0-9A-Fa-f]', ''
}

function Explain($problem) {
    $text = [string]$problem.Exception.Message
    if (-not $text) { $text = [string]$problem }
    return (Text $text 1000)
}

# What a bulk cmdlet could not tell of single objects.
function Remember($errors) {
    foreach ($problem in $errors) {
        if ($script:problems.Count -lt 5) { $script:problems += Explain $problem }
    }
}

function Section($name, $isList, $body) {
    $script:problems = @()
    $section = @{ section = $name; ok = $true; data = $null; error = $null }
    try {
        if ($isList) { $section.data = @(& $body) } else { $section.data = & $body }
        if ($script:problems.Count) { $section.error = $script:problems -join ' | ' }
    } catch {
        $section.ok = $false
        $section.data = $null
        $section.error = Explain $_
    }
    try {
        $line = ConvertTo-Json -InputObject $section -Compress -Depth 8
    } catch {
        $line = ConvertTo-Json -InputObject @{ section = $name; ok = $false; data = $null; error = (Explain $_) } -Compress
    }
    $script:sections += 1
    Write-Line $line
}

# The cluster service is there and disabled until the computer joins a cluster.
$script:member = $false
try {
    $start = (Get-ItemProperty -Path 'HKLM:\SYSTEM\CurrentControlSet\Services\ClusSvc' -Name Start).Start
    $script:member = ($null -ne $start) -and ($start -ne 4)
} catch {
    $script:member = $false
}

Write-Line '<<<IROA-HYPERV 1>>>'

# Who asks, and what is there to be asked. Group names are translated, their identifiers are not.
Section 'access' $false {
    $me = [Security.Principal.WindowsIdentity]::GetCurrent()
    $groups = @(foreach ($group in $me.Groups) { $group.Value })
    $service = Get-Service -Name vmms -ErrorAction SilentlyContinue
    @{
        user = Text $me.Name
        powershell = Text $PSVersionTable.PSVersion
        language = Text (Get-Culture).Name
        administrator = $groups -contains 'S-1-5-32-544'
        hyperv_administrator = $groups -contains 'S-1-5-32-578'
        remote_management_user = $groups -contains 'S-1-5-32-580'
        hyperv_module = [bool](Get-Command -Name Get-VM -ErrorAction SilentlyContinue)
        hyperv_service = $(if ($service) { Choice $service.Status } else { $null })
        cluster_module = [bool](Get-Command -Name Get-Cluster -ErrorAction SilentlyContinue)
        cluster_member = $script:member
    }
}

Section 'host' $false {
    $system = Get-CimInstance -ClassName Win32_OperatingSystem
    $name = [Net.Dns]::GetHostName()
    $domain = [Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties().DomainName
    $revision = $null
    try {
        $revision = (Get-ItemProperty -Path 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion' -Name UBR).UBR
    } catch {
        $revision = $null
    }
    @{
        name = Text $name
        domain = Text $domain
        os = Text $system.Caption
        version = Text $system.Version
        build = Text $system.BuildNumber
        revision = Number $revision
        edition = Number $system.OperatingSystemSKU
        booted_ms = Time $system.LastBootUpTime
        now_ms = Time ([DateTime]::UtcNow)
        memory_bytes = Number ([long]$system.TotalVisibleMemorySize * 1024)
        memory_available_bytes = Number ([long]$system.FreePhysicalMemory * 1024)
    }
}

Section 'hardware' $false {
    $system = Get-CimInstance -ClassName Win32_ComputerSystem
    $product = Get-CimInstance -ClassName Win32_ComputerSystemProduct
    $processors = @(Get-CimInstance -ClassName Win32_Processor)
    @{
        vendor = Text $system.Manufacturer
        model = Text $system.Model
        memory_bytes = Number $system.TotalPhysicalMemory
        uuid = Identifier $product.UUID
        serial = Text $product.IdentifyingNumber
        cpu = Text $processors[0].Name
        cpu_mhz = Number $processors[0].MaxClockSpeed
        sockets = $processors.Count
        cores = Number ($processors | Measure-Object -Property NumberOfCores -Sum).Sum
        threads = Number ($processors | Measure-Object -Property NumberOfLogicalProcessors -Sum).Sum
    }
}

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

# Volumes with a path of their own; Cluster Shared Volumes come with the cluster.
Section 'volumes' $true {
    $query = 'SELECT * FROM Win32_Volume WHERE DriveType=3'
    foreach ($volume in Get-CimInstance -Query $query) {
        $path = [string]$volume.Name
        if (($path -notlike '\\?\*') -and ($volume.FileSystem -ne 'CSVFS')) {
            @{
                id = Identifier $volume.DeviceID
                path = Text $path
                label = Text $volume.Label
                file_system = Text $volume.FileSystem
                size_bytes = Number $volume.Capacity
                free_bytes = Number $volume.FreeSpace
                boot = Flag $volume.BootVolume
            }
        }
    }
}

Section 'cluster' $false {
    if (-not $script:member) { return @{ member = $false } }
    $cluster = Get-Cluster
    $addresses = @{}
    $networks = @(foreach ($network in Get-ClusterNetwork) {
        # Those that clients may use, too.
        if ([int]$network.Role -eq 3) { [string]$network.Name }
    })
    foreach ($interface in Get-ClusterNetworkInterface) {
        $node = [string]$interface.Node
        if ($networks -contains [string]$interface.Network) {
            if (-not $addresses.ContainsKey($node)) { $addresses[$node] = @() }
            foreach ($address in (@($interface.IPv4Addresses) + @($interface.IPv6Addresses))) {
                if ($address) { $addresses[$node] += [string]$address }
            }
        }
    }
    $quorum = $null
    $witness = $null
    try {
        $found = Get-ClusterQuorum
        $quorum = [string]$found.QuorumType
        if ($found.QuorumResource) { $witness = [string]$found.QuorumResource.Name }
    } catch {
        Remember $_
    }
    @{
        member = $true
        id = Identifier $cluster.Id
        name = Text $cluster.Name
        domain = Text $cluster.Domain
        quorum = $quorum
        witness = $witness
        nodes = @(foreach ($node in Get-ClusterNode) {
            @{
                name = Text $node.Name
                state = Choice $node.State
                draining = Choice $node.DrainStatus
                addresses = @($addresses[[string]$node.Name] | Where-Object { $_ })
            }
        })
        groups = @(foreach ($group in Get-ClusterGroup) {
            @{
                id = Identifier $group.Id
                name = Text $group.Name
                kind = Choice $group.GroupType
                state = Choice $group.State
                owner = Text $group.OwnerNode
            }
        })
    }
}

Section 'shared_volumes' $true {
    if (-not $script:member) { return }
    foreach ($volume in Get-ClusterSharedVolume) {
        foreach ($place in $volume.SharedVolumeInfo) {
            @{
                id = Identifier $volume.Id
                name = Text $volume.Name
                state = Choice $volume.State
                owner = Text $volume.OwnerNode
                path = Text $place.FriendlyVolumeName
                volume = Identifier $place.Partition.Name
                file_system = Text $place.Partition.FileSystem
                fault = Choice $place.FaultState
                maintenance = Flag $place.MaintenanceMode
                redirected = Flag $place.RedirectedAccess
                size_bytes = Number $place.Partition.Size
                free_bytes = Number $place.Partition.FreeSpace
            }
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

Write-Line ('<<<IROA-HYPERV-END ' + $script:sections + '>>>')
$output.Flush()
