# Says what the host is and what the account may do; changes nothing. It travels in the command line: 3,000 characters at most
# without these comments and the indentation. Works on Windows PowerShell 4 and later; each part fails alone.
$ProgressPreference = 'SilentlyContinue'
try { [Console]::OutputEncoding = New-Object Text.UTF8Encoding $false } catch {}
$answer = @{ powershell = "$($PSVersionTable.PSVersion)"; computer = $env:COMPUTERNAME }
try {
    $windows = Get-ItemProperty 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion'
    $answer.product = "$($windows.ProductName)"
    $answer.build = "$($windows.CurrentBuild)" + $(if ($windows.UBR) { ".$($windows.UBR)" })
    $answer.version = "$([Environment]::OSVersion.Version)"
} catch {}
try {
    $account = New-Object Security.Principal.WindowsPrincipal([Security.Principal.WindowsIdentity]::GetCurrent())
    $member = { param($sid) $account.IsInRole((New-Object Security.Principal.SecurityIdentifier $sid)) }
    $answer.administrator = [bool](& $member 'S-1-5-32-544')
    $answer.hyperv_administrator = [bool](& $member 'S-1-5-32-578')
} catch {}
try {
    $answer.module = @(Get-Module -ListAvailable -Name Hyper-V -ErrorAction Stop | ForEach-Object { "$($_.Version)" })
} catch {}
try {
    if ($answer.module) { $answer.machines = [int64]@(Get-VM -ErrorAction Stop).Count }
} catch { $answer.machines_error = "$($_.Exception.Message)" }
[Console]::Out.Write('IROA<' + (ConvertTo-Json $answer -Compress) + '>IROA')
